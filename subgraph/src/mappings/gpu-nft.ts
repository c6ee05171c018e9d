import { Address, BigInt } from "@graphprotocol/graph-ts";
import {
  GpuExitAnnounced,
  GpuExitCancelled,
  GpuJoinedPool,
  GpuLeftPool,
  GpuMinted,
  GpuStatusSet,
  Transfer,
} from "../generated/GpuNFT/GpuNFT";
import { Gpu, GpuTransfer } from "../generated/schema";
import { actionId, numberId } from "../ids";
import { getOrCreateAccount } from "../store/accounts";
import { gpuStatus } from "../store/enums";
import { createGpu, getGpu } from "../store/gpus";
import { closeListing, rememberCollection } from "../store/listings";
import { getNetwork } from "../store/network";
import { getOperator } from "../store/operators";
import { getPool } from "../store/pools";

const ACTIVE = 0;
const RETIRED = 2;

export function handleGpuMinted(event: GpuMinted): void {
  const gpu = createGpu(event.params.gpuId, event);
  gpu.owner = getOrCreateAccount(event.params.owner, event).id;
  gpu.contributor = event.params.contributor;
  gpu.modelId = event.params.modelId;
  gpu.uuidHash = event.params.uuidHash;
  join(gpu, event.params.poolId, event.params.operatorId);

  const network = getNetwork();
  network.gpuCount += 1;
  network.activeGpuCount += 1;
  network.save();
}

export function handleGpuStatusSet(event: GpuStatusSet): void {
  const gpu = getGpu(event.params.gpuId);
  const before = gpu.status;
  gpu.status = gpuStatus(event.params.status);
  gpu.save();
  if (event.params.status == RETIRED) closeListing(event.address, event.params.gpuId);

  const network = getNetwork();
  if (before == gpuStatus(ACTIVE)) network.activeGpuCount -= 1;
  if (event.params.status == ACTIVE) network.activeGpuCount += 1;
  network.save();
}

export function handleGpuExitAnnounced(event: GpuExitAnnounced): void {
  const gpu = getGpu(event.params.gpuId);
  gpu.exitAt = event.params.exitAt;
  gpu.save();
}

export function handleGpuExitCancelled(event: GpuExitCancelled): void {
  const gpu = getGpu(event.params.gpuId);
  gpu.exitAt = null;
  gpu.save();
}

/** Its status is told by GpuStatusSet, if it changes. */
export function handleGpuLeftPool(event: GpuLeftPool): void {
  const gpu = getGpu(event.params.gpuId);
  gpu.pool = null;
  gpu.operator = null;
  gpu.exitAt = null;
  gpu.save();
  closeListing(event.address, event.params.gpuId);

  const pool = getPool(event.params.poolId);
  pool.gpuCount -= 1;
  pool.save();

  const operator = getOperator(event.params.operatorId);
  operator.gpuCount -= 1;
  operator.save();
}

export function handleGpuJoinedPool(event: GpuJoinedPool): void {
  const gpu = getGpu(event.params.gpuId);
  gpu.contributor = event.params.contributor;
  join(gpu, event.params.poolId, event.params.operatorId);
  closeListing(event.address, event.params.gpuId);
}

export function handleGpuTransfer(event: Transfer): void {
  const to = getOrCreateAccount(event.params.to, event);
  if (!event.params.from.equals(Address.zero())) {
    const from = getOrCreateAccount(event.params.from, event);
    from.gpuCount -= 1;
    from.save();
    const gpu = getGpu(event.params.tokenId);
    gpu.owner = to.id;
    gpu.save();
    closeListing(event.address, event.params.tokenId);
  } else {
    rememberCollection(event.address, "GPU");
  }
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

function join(gpu: Gpu, poolId: BigInt, operatorId: BigInt): void {
  gpu.pool = numberId(poolId);
  gpu.operator = numberId(operatorId);
  gpu.save();

  const pool = getPool(poolId);
  pool.gpuCount += 1;
  pool.save();

  const operator = getOperator(operatorId);
  operator.gpuCount += 1;
  operator.save();
}
