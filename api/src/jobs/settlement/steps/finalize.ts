import { encodeFunctionData } from "viem";
import { epochRewardsAbi } from "#contracts/abi/epochRewards.ts";
import { epochOf, isSameCommit, timeText, type Step } from "../context.ts";
import { act } from "./act.ts";
import { isOurTurn } from "./turn.ts";

/** Has the next committed epoch's rewards minted once nobody can veto it any more, if they are what we computed. */
export const finalizeNext: Step = async (context, look) => {
  const epoch = look.state.finalizedCount;
  const committed = look.commits.get(epoch);
  const facts = epochOf(look, epoch)?.facts;
  if (!committed || !facts || !isSameCommit(committed.commit, facts)) return false;
  const { windowEndsAt } = committed;
  if (look.state.head.timestamp < BigInt(windowEndsAt)) {
    look.waits.set(epoch, `for the challenge window to end at ${timeText(windowEndsAt)}`);
    return false;
  }
  if (!isOurTurn(context, look, epoch, "finalize")) return false;
  const data = encodeFunctionData({ abi: epochRewardsAbi, functionName: "finalize", args: [BigInt(epoch)] });
  const call = {
    purpose: `finalize ${epoch} in round ${look.state.round}`,
    epoch,
    to: context.addresses.rewards,
    data,
  };
  return (await act(context, look, context.outboxes[0], call)).isSent;
};
