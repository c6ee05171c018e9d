import { Address, BigInt } from "@graphprotocol/graph-ts";
import {
  GpuExitAnnounced,
  GpuExitCancelled,
  GpuInvited,
  GpuJoinedPool,
  GpuLeftPool,
  GpuMinted,
  GpuStatusSet,
  MarketSet,
  Transfer,
} from "../generated/GpuNFT/GpuNFT";
import { GpuExit, GpuInvitation, GpuTransfer } from "../generated/schema";
import { actionId, numberId } from "../ids";
import { getOrCreateAccount } from "../store/accounts";
import { gpuStatus, leaveReason } from "../store/enums";
import {
  beginMembership,
  beginOwnership,
  beginStatus,
  changeOwner,
  changeStatus,
  endExit,
  endMembership,
} from "../store/gpu-periods";
import { createGpu, getGpu, raiseCount } from "../store/gpus";
import { closeListing, rememberCollection } from "../store/listings";
import { getNetwork } from "../store/network";
import { getOperator } from "../store/operators";
import { getPool } from "../store/pools";
import { recordSetting } from "../store/settings";

const ACTIVE = 0;
const RETIRED = 2;

export function handleGpuMinted(event: GpuMinted): void {
  const gpu = createGpu(event.params.gpuId, event);
  gpu.contributor = event.params.contributor;
  gpu.modelId = event.params.modelId;
  gpu.model = getPool(event.params.poolId).model;
  gpu.uuidHash = event.params.uuidHash;
  beginOwnership(gpu, getOrCreateAccount(event.params.owner, event).id, event);
  beginStatus(gpu, gpuStatus(ACTIVE), event);
  beginMembership(gpu, numberId(event.params.poolId), numberId(event.params.operatorId), event);
  gpu.save();
  countGpus(event.params.poolId, event.params.operatorId, 1);

  const network = getNetwork();
  network.gpuCount += 1;
  network.activeGpuCount += 1;
  network.save();
}

export function handleGpuStatusSet(event: GpuStatusSet): void {
  const gpu = getGpu(event.params.gpuId);
  const wasActive = gpu.status == gpuStatus(ACTIVE);
  changeStatus(gpu, gpuStatus(event.params.status), event);
  if (event.params.status == RETIRED) {
    raiseCount(gpu);
    closeListing(event.address, event.params.gpuId, "TOKEN_CHANGED", event);
  }
  gpu.save();

  const network = getNetwork();
  if (wasActive) network.activeGpuCount -= 1;
  if (event.params.status == ACTIVE) network.activeGpuCount += 1;
  network.save();
}

export function handleGpuExitAnnounced(event: GpuExitAnnounced): void {
  const gpu = getGpu(event.params.gpuId);
  const exit = new GpuExit(actionId(event));
  exit.gpu = gpu.id;
  exit.pool = gpu.pool!;
  exit.announcedAt = event.block.timestamp;
  exit.exitAt = event.params.exitAt;
  exit.save();
  gpu.exitAt = event.params.exitAt;
  gpu.exit = exit.id;
  gpu.save();
}

export function handleGpuExitCancelled(event: GpuExitCancelled): void {
  const gpu = getGpu(event.params.gpuId);
  endExit(gpu, "CANCELLED", event);
  gpu.save();
}

/** Its status is told by GpuStatusSet, if it changes. */
export function handleGpuLeftPool(event: GpuLeftPool): void {
  const gpu = getGpu(event.params.gpuId);
  endMembership(gpu, leaveReason(event.params.reason), event);
  endExit(gpu, "LEFT", event);
  raiseCount(gpu);
  gpu.save();
  closeListing(event.address, event.params.gpuId, "TOKEN_CHANGED", event);
  countGpus(event.params.poolId, event.params.operatorId, -1);
}

export function handleGpuInvited(event: GpuInvited): void {
  const invitation = new GpuInvitation(actionId(event));
  invitation.gpu = numberId(event.params.gpuId);
  invitation.pool = numberId(event.params.poolId);
  invitation.operator = numberId(event.params.operatorId);
  invitation.transferCount = getGpu(event.params.gpuId).transferCount;
  invitation.blockNumber = event.block.number;
  invitation.timestamp = event.block.timestamp;
  invitation.transactionHash = event.transaction.hash;
  invitation.save();
}

export function handleGpuJoinedPool(event: GpuJoinedPool): void {
  const gpu = getGpu(event.params.gpuId);
  gpu.contributor = event.params.contributor;
  beginMembership(gpu, numberId(event.params.poolId), numberId(event.params.operatorId), event);
  raiseCount(gpu);
  gpu.save();
  closeListing(event.address, event.params.gpuId, "TOKEN_CHANGED", event);
  countGpus(event.params.poolId, event.params.operatorId, 1);
}

export function handleGpuTransfer(event: Transfer): void {
  if (event.params.from.equals(Address.zero())) rememberCollection(event.address, "GPU");
  else follow(event);
  // Loaded anew: a transfer to oneself has just changed it.
  const receiver = getOrCreateAccount(event.params.to, event);
  receiver.gpuCount += 1;
  receiver.save();

  const transfer = new GpuTransfer(actionId(event));
  transfer.gpu = numberId(event.params.tokenId);
  transfer.from = event.params.from;
  transfer.to = event.params.to;
  transfer.blockNumber = event.block.number;
  transfer.timestamp = event.block.timestamp;
  transfer.transactionHash = event.transaction.hash;
  transfer.save();
}

export function handleMarketSet(event: MarketSet): void {
  recordSetting(event, "MARKET", [], [event.params.market]);
}

/** A GPU changes hands. A transfer to its holder changes no owner, and yet is counted. */
function follow(event: Transfer): void {
  const from = getOrCreateAccount(event.params.from, event);
  from.gpuCount -= 1;
  from.save();
  const gpu = getGpu(event.params.tokenId);
  if (!event.params.to.equals(event.params.from)) {
    changeOwner(gpu, getOrCreateAccount(event.params.to, event).id, event);
  }
  raiseCount(gpu);
  gpu.save();
  closeListing(event.address, event.params.tokenId, "TOKEN_CHANGED", event);
}

function countGpus(poolId: BigInt, operatorId: BigInt, change: i32): void {
  const pool = getPool(poolId);
  pool.gpuCount += change;
  pool.save();

  const operator = getOperator(operatorId);
  operator.gpuCount += change;
  operator.save();
}
