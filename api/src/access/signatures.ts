import {
  createPublicClient,
  hashMessage,
  http,
  isAddressEqual,
  parseAbi,
  recoverMessageAddress,
  type Address,
  type Hex,
} from "viem";
import { BaseError } from "#kernel/errors.ts";
import { refused } from "./sign-in-message.ts";

/** A contract's signature may hold several owners'. */
const MAX_SIGNATURE_BYTES = 2_048;
const RPC_TIMEOUT_MS = 5_000;

const ERC_1271 = parseAbi(["function isValidSignature(bytes32 hash, bytes signature) view returns (bytes4)"]);
/** What a contract answers that vouches for a signature. */
const IS_VALID = "0x1626ba7e";

/** Says whether an address signed a message. */
export type Verifier = (signed: { address: Address; message: string; signature: Hex }) => Promise<void>;

/**
 * Makes what checks signatures: of a plain wallet by arithmetic alone; of a contract (EIP-1271, or one that is yet to be
 * deployed, ERC-6492) by asking it over `rpcUrl`, if that is given.
 *
 * The returned function throws BaseError `SIGN_IN_REFUSED` for a wrong signature, `UPSTREAM_UNAVAILABLE` where the node
 * that must be asked doesn't answer.
 */
export function createVerifier(rpcUrl: string | undefined): Verifier {
  const transport = rpcUrl === undefined ? undefined : http(rpcUrl, { timeout: RPC_TIMEOUT_MS, retryCount: 0 });
  const client = transport && createPublicClient({ transport });
  return async ({ address, message, signature }) => {
    if (signature.length > 2 + 2 * MAX_SIGNATURE_BYTES) throw wrong(address, client !== undefined);
    if (await isSignedByKey(address, message, signature)) return;
    if (!client) throw wrong(address, false);
    const code = await client.getCode({ address }).catch((cause: unknown) => {
      throw new BaseError("UPSTREAM_UNAVAILABLE", "the node that knows of contracts' signatures doesn't answer", {
        isRetryable: true,
        hints: ["try again in a while"],
        cause,
      });
    });
    // One that isn't deployed yet says in its signature how it would be (ERC-6492), which viem knows to ask.
    const isValid =
      code === undefined
        ? await client.verifyMessage({ address, message, signature })
        : await client
            .readContract({
              address,
              abi: ERC_1271,
              functionName: "isValidSignature",
              args: [hashMessage(message), signature],
            })
            .then((word) => word === IS_VALID)
            .catch(() => false);
    if (!isValid) throw wrong(address, true);
  };
}

async function isSignedByKey(address: Address, message: string, signature: Hex): Promise<boolean> {
  if (signature.length !== 132) return false;
  const signer = await recoverMessageAddress({ message, signature }).catch(() => undefined);
  return signer !== undefined && isAddressEqual(signer, address);
}

function wrong(address: Address, isAsked: boolean): BaseError {
  const hint = isAsked
    ? "sign the very message, with the wallet that it names"
    : "sign the very message, with the wallet that it names; contracts can't sign in here, as no RPC_URL is set";
  return refused(`the signature isn't ${address}'s`, hint);
}
