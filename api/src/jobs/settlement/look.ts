import { readFinalBlock } from "../node.ts";
import { epochAt } from "./chain/rewards.ts";
import type { Context, Look, Step } from "./context.ts";
import { addEpochs, readEpochs } from "./ledger/epochs.ts";
import { attestNext } from "./steps/attest.ts";
import { checkCommits } from "./steps/check.ts";
import { closeNext } from "./steps/close.ts";
import { discardStale } from "./steps/discard.ts";
import { finalizeNext } from "./steps/finalize.ts";
import { gatherNext } from "./steps/gather.ts";
import { keepDowntime } from "./steps/keep-downtime.ts";
import { keepCurrencies } from "./steps/keep-tokens.ts";
import { keepUse } from "./steps/keep-use.ts";
import { payWallets } from "./steps/pay.ts";
import { settleDue } from "./steps/settle-due.ts";
import { writeStates, writeStatuses } from "./steps/status.ts";

/** In this order; after one that did something all is looked at anew. */
const STEPS: readonly Step[] = [
  discardStale,
  checkCommits,
  settleDue,
  closeNext,
  finalizeNext,
  attestNext,
  keepDowntime,
  gatherNext,
  payWallets,
  keepCurrencies,
  keepUse,
];

/** One look at everything, and the next step if there is one. */
export async function lookAndAct(context: Context): Promise<{ look: Look; isDone: boolean }> {
  const look = await takeLook(context);
  await writeStates(context, look);
  let isDone = false;
  for (const step of STEPS) {
    isDone = await step(context, look);
    if (isDone) break;
  }
  if (!isDone) await writeStatuses(context, look);
  return { look, isDone };
}

async function takeLook(context: Context): Promise<Look> {
  const { node, rewards, terms, pool, clock, outboxes } = context;
  const before = await rewards.state();
  const final = await readFinalBlock(node, terms.finality, before.head);
  let isNews = false;
  for (const outbox of outboxes) isNews = (await outbox.follow(final.number)).length > 0 || isNews;
  const state = isNews ? await rewards.state() : before;
  await addEpochs(pool, clock, Math.max(epochAt(state.head.timestamp, clock), 0));
  const epochs = await readEpochs(pool, Math.max(state.finalizedCount - 1, 0));
  const open = Array.from(
    { length: state.committedCount - state.finalizedCount },
    (_, place) => state.finalizedCount + place,
  );
  const commits = await Promise.all(open.map(async (epoch) => [epoch, await rewards.commitOf(epoch)] as const));
  return { state, final, epochs, commits: new Map(commits), waits: new Map() };
}
