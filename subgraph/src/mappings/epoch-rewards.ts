import { BigInt, Bytes } from "@graphprotocol/graph-ts";
import {
  EpochClosed,
  EpochFinalized,
  EpochVetoed,
  KappaSet,
  MetersSet,
  OraclesSet,
  RewardClaimed,
} from "../generated/EpochRewards/EpochRewards";
import { Epoch, EpochVeto, OracleSet, RewardClaim } from "../generated/schema";
import { actionId, numberId } from "../ids";
import { getOrCreateAccount } from "../store/accounts";
import { createEconomyPoint } from "../store/economy";
import { getEpoch } from "../store/epochs";
import { getNetwork } from "../store/network";
import { recordSetting } from "../store/settings";
import { enterEpoch } from "../store/shares";

export { handleAttested, handleEpochCommitted } from "./epoch-votes";

const ONE = BigInt.fromI32(1);

/** An epoch is closed when it is over. */
export function handleEpochClosed(event: EpochClosed): void {
  const next = event.params.epoch.plus(ONE);
  enterEpoch(next);
  const epoch = new Epoch(numberId(event.params.epoch));
  epoch.number = event.params.epoch.toI32();
  epoch.status = "CLOSED";
  epoch.scheduledBct = event.params.scheduled;
  epoch.burnedBct = event.params.burnedBct;
  epoch.smoothedBct = event.params.smoothedBct;
  epoch.reEmissionBct = event.params.reEmission;
  epoch.burnedDc = event.params.burnedDc;
  epoch.bctEquivalent = event.params.bctEquivalent;
  epoch.kappaBps = event.params.kappaBps;
  epoch.ceilingBct = event.params.ceiling;
  epoch.budgetBct = event.params.budget;
  epoch.vetoedCount = 0;
  epoch.blockNumber = event.block.number;
  epoch.closedAt = event.block.timestamp;
  epoch.transactionHash = event.transaction.hash;
  epoch.save();

  const network = getNetwork();
  network.closedEpochCount = next.toI32();
  network.save();
}

/** The commits of later epochs stand on it, and fall with it. */
export function handleEpochVetoed(event: EpochVetoed): void {
  const network = getNetwork();
  const first = event.params.epoch.toI32();
  for (let number = first; number < network.committedEpochCount; number++) {
    const epoch = getEpoch(BigInt.fromI32(number));
    epoch.status = "CLOSED";
    epoch.commit = null;
    epoch.vetoedCount += 1;
    epoch.save();
  }
  network.committedEpochCount = first;
  network.round = event.params.round;
  network.save();

  const veto = new EpochVeto(actionId(event));
  veto.epoch = numberId(event.params.epoch);
  veto.round = event.params.round;
  veto.reason = event.params.reason;
  veto.blockNumber = event.block.number;
  veto.timestamp = event.block.timestamp;
  veto.transactionHash = event.transaction.hash;
  veto.save();
}

/** Its claims root is that of its commit. */
export function handleEpochFinalized(event: EpochFinalized): void {
  const epoch = getEpoch(event.params.epoch);
  epoch.status = "FINALIZED";
  epoch.mintedBct = event.params.total;
  epoch.finalizedAt = event.block.timestamp;
  epoch.save();

  const network = getNetwork();
  network.finalizedEpochCount = epoch.number + 1;
  network.rewardedBct = network.rewardedBct.plus(event.params.total);
  network.save();
}

export function handleRewardClaimed(event: RewardClaimed): void {
  const account = getOrCreateAccount(event.params.account, event);
  account.claimedBct = event.params.cumulativeAmount;
  account.save();

  const network = getNetwork();
  network.claimedBct = network.claimedBct.plus(event.params.amount);
  network.save();
  const point = createEconomyPoint(network);
  point.claimedBct = event.params.amount;
  point.save();

  const claim = new RewardClaim(actionId(event));
  claim.account = account.id;
  claim.amountBct = event.params.amount;
  claim.cumulativeBct = event.params.cumulativeAmount;
  claim.blockNumber = event.block.number;
  claim.timestamp = event.block.timestamp;
  claim.transactionHash = event.transaction.hash;
  claim.save();
}

export function handleOraclesSet(event: OraclesSet): void {
  const oracles = new OracleSet(numberId(event.params.round));
  oracles.oracles = event.params.oracles.map<Bytes>((oracle) => oracle);
  oracles.quorum = event.params.quorum;
  oracles.blockNumber = event.block.number;
  oracles.timestamp = event.block.timestamp;
  oracles.transactionHash = event.transaction.hash;
  oracles.save();

  const network = getNetwork();
  network.oracles = oracles.id;
  network.round = event.params.round;
  network.save();
}

export function handleKappaSet(event: KappaSet): void {
  const network = getNetwork();
  network.kappaBps = event.params.kappaBps;
  network.save();
  recordSetting(event, "KAPPA", [event.params.kappaBps], []);
}

export function handleMetersSet(event: MetersSet): void {
  recordSetting(event, "METERS", [], [event.params.market, event.params.slots]);
}
