import { BigInt } from "@graphprotocol/graph-ts";
import { EpochClosed } from "../generated/EpochRewards/EpochRewards";
import { Epoch } from "../generated/schema";
import { numberId } from "../ids";
import { enterEpoch } from "../store/shares";

/** An epoch is closed when it is over. */
export function handleEpochClosed(event: EpochClosed): void {
  enterEpoch(event.params.epoch.plus(BigInt.fromI32(1)));
  const epoch = new Epoch(numberId(event.params.epoch));
  epoch.scheduledBct = event.params.scheduled;
  epoch.burnedBct = event.params.burnedBct;
  epoch.smoothedBct = event.params.smoothedBct;
  epoch.reEmissionBct = event.params.reEmission;
  epoch.burnedDc = event.params.burnedDc;
  epoch.bctEquivalent = event.params.bctEquivalent;
  epoch.kappaBps = event.params.kappaBps;
  epoch.ceilingBct = event.params.ceiling;
  epoch.budgetBct = event.params.budget;
  epoch.blockNumber = event.block.number;
  epoch.closedAt = event.block.timestamp;
  epoch.transactionHash = event.transaction.hash;
  epoch.save();
}
