import { forgetDownHours } from "../../../sources/downtime.ts";
import { hasBlock } from "../../node.ts";
import { spanOf } from "../chain/rewards.ts";
import type { Context, Look, Step } from "../context.ts";
import type { EpochRow } from "../ledger/epochs.ts";
import { dropFacts } from "../ledger/facts.ts";

/**
 * Throws away facts that don't hold any more, with those of all later epochs: their block has vanished from the chain, or
 * a veto or a new set of oracles has begun another round; DOWN minutes that were kept go along, as the telemetry may have
 * been mended. What is final on the chain is never gathered anew for that.
 */
export const discardStale: Step = async (context, look) => {
  const open = look.epochs.filter(({ epoch, facts }) => facts && epoch >= look.state.finalizedCount);
  const vanished = await firstVanished(context, open);
  const outvoted = open.find(
    ({ epoch, facts }) => epoch >= look.state.committedCount && facts && facts.round < look.state.round,
  );
  const epoch = Math.min(vanished ?? Infinity, outvoted?.epoch ?? Infinity);
  if (epoch === Infinity) return false;
  const why =
    epoch === vanished ? "their block has vanished from the chain" : "another round of attestations has begun";
  await forgetDownHours(context.pool, spanOf(epoch, context.clock).start);
  const count = await dropFacts(context.pool, epoch);
  context.logger.warn({ epoch, count, round: look.state.round, why }, "facts are gathered anew");
  forget(context, look, epoch);
  return true;
};

async function firstVanished({ node }: Context, rows: readonly EpochRow[]): Promise<number | undefined> {
  const blocks = new Map(rows.flatMap(({ facts }) => (facts ? [[facts.asOfHash, facts.asOfBlock] as const] : [])));
  const known = await Promise.all(
    [...blocks].map(async ([hash, number]) => ((await hasBlock(node, { number, hash })) ? [] : [hash])),
  );
  const gone = new Set<string>(known.flat());
  return rows.find(({ facts }) => facts && gone.has(facts.asOfHash))?.epoch;
}

function forget({ memory }: Context, look: Look, from: number): void {
  for (const { epoch } of look.epochs) {
    if (epoch < from) continue;
    memory.troubles.delete(epoch);
    memory.retryAt.delete(epoch);
  }
}
