import { BaseError, messageOf } from "#kernel/errors.ts";

/** One JSON-RPC call over HTTP. Rejects on a network fault or the node's error. */
export async function rpcCall<T>(rpcUrl: string, method: string, params: readonly unknown[] = []): Promise<T> {
  const response = await fetch(rpcUrl, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
    signal: AbortSignal.timeout(10_000),
  });
  const answer = (await response.json()) as { result?: T; error?: { message: string } };
  if (answer.error) throw new Error(`${method}: ${answer.error.message}`);
  return answer.result as T;
}

/**
 * Checks that an Ethereum node answers.
 *
 * @returns its chain id
 * @throws BaseError `RPC_UNREACHABLE` with the mend
 */
export async function checkRpc(rpcUrl: string): Promise<number> {
  try {
    const id = Number(await rpcCall<string>(rpcUrl, "eth_chainId"));
    if (!Number.isSafeInteger(id) || id <= 0) throw new Error(`eth_chainId gave ${id}`);
    return id;
  } catch (error) {
    throw new BaseError("RPC_UNREACHABLE", `no Ethereum node answers at ${rpcUrl}: ${messageOf(error)}`, {
      cause: error,
      hints: ["start the node, or correct RPC_URL", "unset RPC_URL to use a local anvil"],
    });
  }
}
