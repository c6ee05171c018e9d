import { encodeFunctionData } from "viem";
import { epochRewardsAbi } from "#contracts/abi/epochRewards.ts";
import { spanOf } from "../chain/rewards.ts";
import type { Step } from "../context.ts";
import { act } from "./act.ts";
import { isOurTurn } from "./turn.ts";

/** Closes the next epoch that is over: it gets its budget. */
export const closeNext: Step = async (context, look) => {
  const epoch = look.state.closedCount;
  if (look.state.head.timestamp < BigInt(spanOf(epoch, context.clock).end)) return false;
  if (!isOurTurn(context, look, epoch, "close")) return false;
  const data = encodeFunctionData({ abi: epochRewardsAbi, functionName: "closeEpoch", args: [BigInt(epoch)] });
  const call = { purpose: `close ${epoch}`, epoch, to: context.addresses.rewards, data };
  return (await act(context, look, context.outboxes[0], call)).isSent;
};
