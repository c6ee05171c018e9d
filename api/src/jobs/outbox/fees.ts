import type { Node } from "../node.ts";

/** What a unit of gas may cost, wei. */
export interface Fees {
  maxFeePerGas: bigint;
  maxPriorityFeePerGas: bigint;
}

/** What gets a transaction mined now, as the node has it; at most `cap`. */
export async function presentFees(node: Node, cap: bigint): Promise<Fees> {
  const { maxFeePerGas, maxPriorityFeePerGas } = await node.estimateFeesPerGas({ chain: null, type: "eip1559" });
  return capped({ maxFeePerGas, maxPriorityFeePerGas }, cap);
}

/**
 * What a node takes in the place of a transaction that it has: each fee an eighth more, or what is asked now if that is
 * more. Nothing where that would be above `cap`.
 */
export function raisedFees(before: Fees, now: Fees, cap: bigint): Fees | undefined {
  const raised = {
    maxFeePerGas: max(raisedUp(before.maxFeePerGas), now.maxFeePerGas),
    maxPriorityFeePerGas: max(raisedUp(before.maxPriorityFeePerGas), now.maxPriorityFeePerGas),
  };
  if (raised.maxFeePerGas > cap) return undefined;
  return capped(raised, cap);
}

/** Nodes ask for 10 %, some for 12.5 %. */
const raisedUp = (fee: bigint): bigint => (fee * 9n + 7n) / 8n + 1n;
const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);

function capped({ maxFeePerGas, maxPriorityFeePerGas }: Fees, cap: bigint): Fees {
  const fee = maxFeePerGas < cap ? maxFeePerGas : cap;
  return { maxFeePerGas: fee, maxPriorityFeePerGas: maxPriorityFeePerGas < fee ? maxPriorityFeePerGas : fee };
}
