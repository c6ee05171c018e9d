import { createSiweMessage } from "viem/siwe";
import { accountOf } from "#devnet/market/wallets.ts";
import { EXAMPLES, LIVE_EXAMPLES } from "../../src/graphql/examples.ts";
import { PREPARE_EXAMPLES, SIGN_IN_EXAMPLE } from "../../src/graphql/examples-wallet.ts";
import { send } from "../access/wallet.ts";
import { listen } from "../live/listener.ts";
import type { MarketFixture } from "../market.ts";

const titled = <Example extends { title: string; query: string }>(examples: readonly Example[]) =>
  examples.map(({ title, query }): [string, string] => [title, query]);

/** Runs all that the explorer shows, as it stands. */
export function explorerExamples(marketOf: () => MarketFixture): void {
  describe("the explorer's examples", () => {
    it.each(titled([...EXAMPLES, ...PREPARE_EXAMPLES]))("%s: has an answer", async (_title, query) => {
      const { data, errors } = await send(marketOf().url, query);
      expect(errors).toBeUndefined();
      expect(Object.values(data ?? { none: null })).not.toContain(null);
    });

    it.each(titled(LIVE_EXAMPLES))("%s: begins at the head", async (_title, query) => {
      for (const [, name] of query.matchAll(/^subscription (\w+)/gm)) {
        const listener = listen(marketOf().url, query, {}, name);
        const [start] = await listener.until(1).finally(() => listener.stop());
        expect(start).toMatchObject({ kind: "START", block: { number: String(marketOf().head) } });
      }
    });

    it("a wallet signs in by them, sees its own, makes a key and leaves", async () => {
      const { url } = marketOf();
      const { host, origin } = new URL(url);
      const headers: Record<string, string> = {};
      const run = async (operationName: string, variables = {}) => {
        const answer = await send(url, SIGN_IN_EXAMPLE.query, { operationName, variables, headers });
        expect([operationName, answer.errors]).toEqual([operationName, undefined]);
        headers["cookie"] = answer.headers.get("set-cookie")?.split(";")[0] ?? headers["cookie"] ?? "";
        return answer.data as Record<string, Record<string, unknown>>;
      };
      const { createSignInNonce } = await run("Nonce");
      const { nonce, chainId, issuedAt } = createSignInNonce as { nonce: string; chainId: number; issuedAt: string };
      const wallet = accountOf(1);
      const message = createSiweMessage({
        ...{ address: wallet.address, domain: host, uri: origin, chainId, nonce, version: "1" },
        issuedAt: new Date(issuedAt),
      });
      await run("SignIn", { message, signature: await wallet.signMessage({ message }) });
      const { viewer, operator, gpu } = await run("Mine");
      expect(viewer).toMatchObject({ address: wallet.address.toLowerCase(), tier: "SESSION", apiKeys: [] });
      expect((operator as { fleet: { nodes: object[] } }).fleet.nodes).toHaveLength(5);
      expect(gpu?.["liveTelemetry"]).not.toBeNull();
      expect((await run("Key"))["createApiKey"]?.["key"]).toEqual(expect.any(String));
      expect(await run("SignOut")).toEqual({ signOut: 1 });
      expect((await send(url, "{ viewer { address } }", { headers })).data).toEqual({ viewer: null });
    });
  });
}
