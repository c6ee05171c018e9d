import { BaseError } from "#kernel/errors.ts";
import { waitFor } from "#kernel/time.ts";
import { rpcCall } from "./rpc.ts";

/**
 * Waits until the API answers for all that stands on the chain at this moment. A block that isn't the chain's doesn't
 * count: a chain that went back leaves blocks in the database that the indexer has yet to undo.
 *
 * @throws BaseError `NOT_INDEXED` after two minutes
 */
export async function firstAnswer(apiUrl: string, rpcUrl: string): Promise<void> {
  const head = Number(await rpcCall<string>(rpcUrl, "eth_blockNumber"));
  const body = JSON.stringify({ query: "{ asOf { block { number hash } } }" });
  await waitFor(
    async () => {
      const response = await fetch(apiUrl, { method: "POST", headers: { "content-type": "application/json" }, body });
      const { data } = (await response.json()) as {
        data: { asOf: { block: { number: string; hash: string } } | null } | null;
      };
      const indexed = data?.asOf?.block;
      if (!indexed || Number(indexed.number) < head) return undefined;
      const tag = `0x${Number(indexed.number).toString(16)}`;
      const block = await rpcCall<{ hash: string } | null>(rpcUrl, "eth_getBlockByNumber", [tag, false]);
      return block?.hash === indexed.hash ? true : undefined;
    },
    {
      timeoutMs: 120_000,
      everyMs: 100,
      onTimeout: () => new BaseError("NOT_INDEXED", `the chain is not indexed up to its block ${head} after 2 minutes`),
    },
  );
}
