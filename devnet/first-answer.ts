import { BaseError } from "#kernel/errors.ts";
import { waitFor } from "#kernel/time.ts";
import { rpcCall } from "./rpc.ts";

/**
 * Waits until the API answers for all that stands on the chain at this moment.
 *
 * @throws BaseError `NOT_INDEXED` after two minutes
 */
export async function firstAnswer(apiUrl: string, rpcUrl: string): Promise<void> {
  const head = Number(await rpcCall<string>(rpcUrl, "eth_blockNumber"));
  const body = JSON.stringify({ query: "{ asOf { block { number } } }" });
  await waitFor(
    async () => {
      const response = await fetch(apiUrl, { method: "POST", headers: { "content-type": "application/json" }, body });
      const { data } = (await response.json()) as { data: { asOf: { block: { number: string } } } | null };
      return data && Number(data.asOf.block.number) >= head ? true : undefined;
    },
    {
      timeoutMs: 120_000,
      everyMs: 100,
      onTimeout: () => new BaseError("NOT_INDEXED", `the chain is not indexed up to its block ${head} after 2 minutes`),
    },
  );
}
