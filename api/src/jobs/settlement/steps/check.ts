import { isSameCommit, timeText, type Context, type Look, type Step } from "../context.ts";
import type { Commit } from "../chain/rewards.ts";
import type { EpochRow } from "../ledger/epochs.ts";
import { WRONG_COMMIT } from "./gather.ts";

/** Holds what a quorum committed against our facts: a commit that isn't these is for the guardian to veto. */
export const checkCommits: Step = async (context, look) => {
  for (const row of look.epochs) {
    const { epoch, facts } = row;
    if (!facts || epoch >= look.state.committedCount) continue;
    const isFinal = epoch < look.state.finalizedCount;
    const key = `${epoch} ${facts.inputsHash}`;
    if (isFinal && context.memory.agreed.has(key)) continue;
    const { commit, windowEndsAt } = look.commits.get(epoch) ?? (await context.rewards.commitOf(epoch));
    if (isSameCommit(commit, facts)) {
      if (context.memory.troubles.get(epoch)?.startsWith(WRONG_COMMIT)) context.memory.troubles.delete(epoch);
      if (isFinal) context.memory.agreed.add(key);
    } else tell(context, look, row, commit, windowEndsAt);
  }
  return false;
};

function tell(
  { memory, logger }: Context,
  look: Look,
  { epoch, facts }: EpochRow,
  commit: Commit,
  windowEndsAt: number,
) {
  const isOpen = look.state.head.timestamp < BigInt(windowEndsAt);
  const mend = isOpen ? `the guardian can veto it until ${timeText(windowEndsAt)}` : "its window is over";
  const text =
    `${WRONG_COMMIT}: committed are inputs ${commit.inputsHash}, total ${commit.total}, claims ${commit.claimsRoot}; ` +
    `ours are inputs ${facts?.inputsHash}, total ${facts?.total}, claims ${facts?.claimsRoot}; ${mend}`;
  if (!memory.troubles.has(epoch)) logger.error({ epoch }, text);
  memory.troubles.set(epoch, text);
}
