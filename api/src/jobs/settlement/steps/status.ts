import { spanOf } from "../chain/rewards.ts";
import { timeText, type Context, type Look } from "../context.ts";
import { writeStatus, type EpochRow, type EpochState, type EpochStatus } from "../ledger/epochs.ts";
import { isPaid } from "./pay.ts";

/** Writes down how far each epoch is and what it waits for, where that has changed. */
export async function writeStatuses(context: Context, look: Look): Promise<void> {
  for (const row of look.epochs) {
    const status = statusOf(context, look, row);
    const isNews =
      status.state !== row.state ||
      status.waitsFor !== row.waitsFor ||
      status.trouble !== row.trouble ||
      status.windowEndsAt !== row.windowEndsAt;
    if (isNews) await writeStatus(context.pool, row.epoch, status);
  }
}

/** Writes down which epochs have come further, before anything else is done. */
export async function writeStates(context: Context, look: Look): Promise<void> {
  for (const row of look.epochs) {
    const status = statusOf(context, look, row);
    if (status.state !== row.state) await writeStatus(context.pool, row.epoch, status);
  }
}

/** How far an epoch is, by the chain and its facts. */
export function statusOf(context: Context, look: Look, row: EpochRow): EpochStatus {
  const { epoch } = row;
  const state = stateOf(context, look, row);
  const waitsFor = state === "PAID" ? null : (look.waits.get(epoch) ?? usualWait(context, look, row, state));
  return {
    state,
    waitsFor,
    trouble: context.memory.troubles.get(epoch) ?? null,
    windowEndsAt:
      look.commits.get(epoch)?.windowEndsAt ?? (state === "FINAL" || state === "PAID" ? row.windowEndsAt : null),
  };
}

function stateOf(context: Context, look: Look, row: EpochRow): EpochState {
  const { epoch, facts } = row;
  const { closedCount, committedCount, finalizedCount, head } = look.state;
  if (epoch < finalizedCount) return row.state === "PAID" || isPaid(context, look, epoch) ? "PAID" : "FINAL";
  if (epoch < committedCount) return "COMMITTED";
  if (epoch < closedCount) return facts ? "SETTLED" : "CLOSED";
  return head.timestamp < BigInt(spanOf(epoch, context.clock).end) ? "RUNNING" : "ENDED";
}

function usualWait({ clock, memory }: Context, { state }: Look, row: EpochRow, at: EpochState): string | null {
  const { epoch } = row;
  if (at === "RUNNING") return `for its end at ${timeText(spanOf(epoch, clock).end)}`;
  if (at === "ENDED") return epoch === state.closedCount ? "to be closed" : `for epoch ${epoch - 1} to be closed`;
  if (at === "CLOSED")
    return memory.troubles.has(epoch) ? "for its facts to keep to the rules" : "for its facts to be gathered";
  if (at === "SETTLED") {
    const { committedCount } = state;
    return epoch === committedCount ? "for oracles to attest it" : `for epoch ${committedCount} to be committed`;
  }
  if (at === "COMMITTED") {
    const { finalizedCount } = state;
    return epoch === finalizedCount ? "to be finalized" : `for epoch ${finalizedCount} to be finalized`;
  }
  return row.facts ? "for wallets to be paid" : "for its facts to be gathered";
}
