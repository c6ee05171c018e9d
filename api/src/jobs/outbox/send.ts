import type { Hex } from "viem";
import { BaseError } from "#kernel/errors.ts";
import { toNodeFault } from "../node.ts";
import { kindOf, refusalOf } from "./look.ts";
import type { Outbox } from "./outbox.ts";

/** A node has it already, or has mined it: the next look tells. */
const KNOWN = /already known|already imported|known transaction|nonce too low|nonce is too low|already in the pool/i;
const POOR = /insufficient funds|insufficient balance/i;

/**
 * Gives a transaction to the node: the same bytes as often as it takes.
 *
 * @throws BaseError `NO_FUNDS`, retryable; a node that is away
 */
export async function send(outbox: Outbox, row: { id: bigint; raw: Hex; purpose: string }): Promise<void> {
  const { node } = outbox.parts;
  try {
    await node.sendRawTransaction({ serializedTransaction: row.raw });
    await outbox.rows.sent(row.id);
  } catch (error) {
    const fault = toNodeFault(error);
    if (fault instanceof BaseError) throw fault;
    const refusal = refusalOf(error);
    if (KNOWN.test(refusal)) return;
    await outbox.rows.refused(row.id, refusal);
    if (POOR.test(refusal)) {
      throw new BaseError("NO_FUNDS", `${outbox.address} can't pay for ${kindOf(row.purpose)}: ${refusal}`, {
        isRetryable: true,
        hints: [`send it ether of this chain: ${outbox.address}`],
      });
    }
    outbox.parts.logger.warn({ purpose: row.purpose, refusal }, "the node refused a transaction; it is sent again");
  }
}
