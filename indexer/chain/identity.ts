import { BaseError, messageOf } from "#kernel/errors.ts";
import { checkHeader } from "../source/check.ts";
import { RpcClient, type RpcOptions } from "../source/rpc.ts";
import type { Header } from "../source/types.ts";

/** What makes a chain the one it is. */
export interface ChainIdentity {
  readonly chainId: string;
  readonly genesisHash: string;
}

/**
 * Asks the node which chain it serves; gives up after a few tries, so that a wrong URL is told at once.
 *
 * @throws BaseError `RPC_UNREACHABLE`, `RPC_REFUSED`, `RPC_ERROR` or `RPC_BAD_ANSWER`
 */
export async function readIdentity(options: RpcOptions): Promise<ChainIdentity> {
  const client = new RpcClient({ ...options, tries: 4 });
  const chainId = await client.call<unknown>("eth_chainId").catch((error: unknown) => {
    throw noNode(options.url, error);
  });
  if (typeof chainId !== "string" || !/^0x[0-9a-f]+$/i.test(chainId))
    throw badAnswer(options.url, `its chain id is ${JSON.stringify(chainId)}`);
  const genesis = checkHeader(await client.call<Header | null>("eth_getBlockByNumber", "0x0", false));
  if (!genesis) {
    throw new BaseError("RPC_BAD_ANSWER", "the node has no block 0", {
      isRetryable: true,
      hints: ["use a node with the whole chain"],
    });
  }
  return { chainId: BigInt(chainId).toString(), genesisHash: genesis.hash };
}

/** What answers isn't an Ethereum node; other faults as they are. */
function noNode(url: string, error: unknown): unknown {
  if (!(error instanceof BaseError) || error.hints.length > 0) return error;
  return badAnswer(url, messageOf(error), error);
}

function badAnswer(url: string, what: string, cause?: unknown): BaseError {
  return new BaseError("RPC_BAD_ANSWER", `no Ethereum JSON-RPC answers at ${new URL(url).origin}: ${what}`, {
    cause,
    isRetryable: true, // a node in trouble may answer anything, in the middle of a run
    hints: ["correct RPC_URL (--rpc): it is the HTTP address of an Ethereum node, with its path and key"],
  });
}

/**
 * Holds the node's chain against the one the database was made from.
 *
 * @throws BaseError `CHAIN_CHANGED`
 */
export function checkSameChain(indexed: ChainIdentity, found: ChainIdentity, network: string): void {
  if (indexed.chainId === found.chainId && indexed.genesisHash === found.genesisHash) return;
  const what =
    indexed.chainId === found.chainId
      ? `its block 0 is ${found.genesisHash}, not ${indexed.genesisHash}`
      : `its chain id is ${found.chainId}, not ${indexed.chainId}`;
  throw new BaseError(
    "CHAIN_CHANGED",
    `the node serves another chain than the one that was indexed as ${network}: ${what}`,
    {
      hints: [
        "point RPC_URL (--rpc) at the chain that was indexed",
        "or use an empty database (for the local network: delete its data folder)",
      ],
    },
  );
}
