import {
  getAddress,
  isHex,
  numberToHex,
  parseTransaction,
  recoverTransactionAddress,
  type Address,
  type Hex,
  type TransactionSerializedEIP1559,
} from "viem";
import { BaseError, messageOf } from "#kernel/errors.ts";
import type { Signer, UnsignedTransaction } from "./signer.ts";

/** A person may have to confirm. */
const TIMEOUT_MS = 60_000;

/**
 * A signer behind JSON-RPC that keeps the key to itself (`eth_signTransaction`: web3signer, clef, a node of one's own).
 * What it gives back is checked: it must be just this transaction, signed by just this account.
 *
 * @throws BaseError `SIGNER_UNREACHABLE`, retryable, or `BAD_SIGNER` if it doesn't have the account
 */
export async function externalSigner(url: string, account: Address): Promise<Signer> {
  const address = getAddress(account);
  const accounts = await ask(url, "eth_accounts", []);
  const isThere =
    Array.isArray(accounts) && accounts.some((one) => String(one).toLowerCase() === address.toLowerCase());
  if (!isThere) {
    throw new BaseError("BAD_SIGNER", `the signer at ${shown(url)} doesn't have the account ${address}`, {
      hints: ["load its key there, or name another account by --signer-address"],
    });
  }
  return {
    address,
    sign: async (transaction) => {
      const answer = await ask(url, "eth_signTransaction", [toRpc(address, transaction)]);
      const raw = typeof answer === "object" && answer !== null ? (answer as { raw?: unknown }).raw : answer;
      if (!isHex(raw)) throw badAnswer(url, "it gave no transaction back");
      await requireSame(url, address, transaction, raw);
      return raw;
    },
  };
}

function toRpc(from: Address, { chainId, nonce, to, data, gas, ...fees }: UnsignedTransaction) {
  return {
    from,
    to,
    data,
    value: "0x0",
    type: "0x2",
    chainId: numberToHex(chainId),
    nonce: numberToHex(nonce),
    gas: numberToHex(gas),
    maxFeePerGas: numberToHex(fees.maxFeePerGas),
    maxPriorityFeePerGas: numberToHex(fees.maxPriorityFeePerGas),
  };
}

async function requireSame(url: string, address: Address, asked: UnsignedTransaction, raw: Hex): Promise<void> {
  if (!raw.startsWith("0x02")) throw badAnswer(url, "it signed a transaction of another type");
  const serializedTransaction = raw as TransactionSerializedEIP1559;
  const signed = parseTransaction(serializedTransaction);
  const by = await recoverTransactionAddress({ serializedTransaction });
  const isSame =
    by === address &&
    signed.chainId === asked.chainId &&
    (signed.nonce ?? 0) === asked.nonce &&
    signed.to?.toLowerCase() === asked.to.toLowerCase() &&
    signed.data === asked.data &&
    (signed.value ?? 0n) === 0n &&
    signed.gas === asked.gas &&
    signed.maxFeePerGas === asked.maxFeePerGas &&
    (signed.maxPriorityFeePerGas ?? 0n) === asked.maxPriorityFeePerGas;
  if (!isSame) throw badAnswer(url, `it signed something else, or as ${by}`);
}

async function ask(url: string, method: string, params: readonly unknown[]): Promise<unknown> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const { result, error } = (await response.json()) as { result?: unknown; error?: { message?: string } };
    if (error) throw new Error(error.message ?? "it refused");
    return result;
  } catch (cause) {
    throw new BaseError("SIGNER_UNREACHABLE", `the signer at ${shown(url)} failed at ${method}: ${messageOf(cause)}`, {
      isRetryable: true,
      cause,
      hints: ["start it and confirm what it asks, or correct --signer"],
    });
  }
}

function badAnswer(url: string, why: string): BaseError {
  return new BaseError("BAD_SIGNER", `the signer at ${shown(url)} can't be used: ${why}`, {
    hints: ["nothing was sent: look at the signer's log and rules"],
  });
}

/** URLs can hold secrets. */
function shown(url: string): string {
  return new URL(url).origin;
}
