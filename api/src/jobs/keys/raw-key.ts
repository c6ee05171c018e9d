import { isHex, size } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { BaseError } from "#kernel/errors.ts";
import type { Signer } from "./signer.ts";

/**
 * A signer by a private key as text: for local chains.
 *
 * @throws BaseError `BAD_KEY`, which doesn't repeat the text
 */
export function rawKeySigner(text: string): Signer {
  const key = text.trim();
  const hex = key.startsWith("0x") ? key : `0x${key}`;
  if (!isHex(hex) || size(hex) !== 32) throw badKey("it is not 32 bytes as hexadecimal digits");
  try {
    const account = privateKeyToAccount(hex);
    return {
      address: account.address,
      sign: (transaction) => account.signTransaction({ type: "eip1559", ...transaction }),
    };
  } catch {
    throw badKey("no account has it"); // zero, or beyond the curve's order; the cause would repeat it
  }
}

function badKey(why: string): BaseError {
  return new BaseError("BAD_KEY", `a private key can't be used: ${why}`, {
    hints: ["correct it, or keep the key in a keystore file (--keystore) or an external signer (--signer)"],
  });
}
