import type { Hex } from "viem";
import { messageOf } from "#kernel/errors.ts";
import type { Node } from "../node.ts";

/** The receipt, if the transaction is in a block. */
export async function receiptOf(node: Node, hash: Hex) {
  return node.getTransactionReceipt({ hash }).catch((error: unknown) => {
    if ((error as Error).name === "TransactionReceiptNotFoundError") return undefined;
    throw error;
  });
}

/** What a purpose is about, without what it is for. */
export function kindOf(purpose: string): string {
  return purpose.split(" ")[0] ?? purpose;
}

/** The message of a node's refusal. */
export function refusalOf(error: unknown): string {
  const { details, shortMessage } = error as { details?: string; shortMessage?: string };
  return messageOf(details || shortMessage || error);
}
