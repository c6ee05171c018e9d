import { Bytes, ethereum } from "@graphprotocol/graph-ts";
import { Gpu, GpuExit, GpuMembership, GpuOwnership, GpuStatusPeriod } from "../generated/schema";
import { actionId } from "../ids";

/** Somebody holds the GPU from here on; the GPU is saved by the caller. */
export function beginOwnership(gpu: Gpu, owner: Bytes, event: ethereum.Event): void {
  const period = new GpuOwnership(actionId(event));
  period.gpu = gpu.id;
  period.owner = owner;
  period.fromAt = event.block.timestamp;
  period.fromBlock = event.block.number;
  period.save();
  gpu.owner = owner;
  gpu.ownership = period.id;
}

/** The GPU's holder changes; the GPU is saved by the caller. */
export function changeOwner(gpu: Gpu, owner: Bytes, event: ethereum.Event): void {
  const period = GpuOwnership.load(gpu.ownership)!;
  period.toAt = event.block.timestamp;
  period.toBlock = event.block.number;
  period.save();
  beginOwnership(gpu, owner, event);
}

/** The GPU is in a pool from here on; the GPU is saved by the caller. */
export function beginMembership(gpu: Gpu, poolId: string, operatorId: string, event: ethereum.Event): void {
  const period = new GpuMembership(actionId(event));
  period.gpu = gpu.id;
  period.pool = poolId;
  period.operator = operatorId;
  period.contributor = gpu.contributor;
  period.fromAt = event.block.timestamp;
  period.fromBlock = event.block.number;
  period.save();
  gpu.pool = poolId;
  gpu.operator = operatorId;
  gpu.membership = period.id;
}

/** The GPU leaves its pool; the GPU is saved by the caller. */
export function endMembership(gpu: Gpu, reason: string, event: ethereum.Event): void {
  const period = GpuMembership.load(gpu.membership!)!;
  period.leaveReason = reason;
  period.toAt = event.block.timestamp;
  period.toBlock = event.block.number;
  period.save();
  gpu.pool = null;
  gpu.operator = null;
  gpu.membership = null;
}

/** The GPU has this status from here on; the GPU is saved by the caller. */
export function beginStatus(gpu: Gpu, status: string, event: ethereum.Event): void {
  const period = new GpuStatusPeriod(actionId(event));
  period.gpu = gpu.id;
  period.status = status;
  period.fromAt = event.block.timestamp;
  period.fromBlock = event.block.number;
  period.save();
  gpu.status = status;
  gpu.statusPeriod = period.id;
}

/** The GPU's status changes; the GPU is saved by the caller. */
export function changeStatus(gpu: Gpu, status: string, event: ethereum.Event): void {
  const period = GpuStatusPeriod.load(gpu.statusPeriod)!;
  period.toAt = event.block.timestamp;
  period.toBlock = event.block.number;
  period.save();
  beginStatus(gpu, status, event);
}

/** An announced exit, if there is one, came to this; the GPU is saved by the caller. */
export function endExit(gpu: Gpu, outcome: string, event: ethereum.Event): void {
  const id = gpu.exit;
  if (id === null) return;
  const exit = GpuExit.load(id)!;
  exit.outcome = outcome;
  exit.endedAt = event.block.timestamp;
  exit.save();
  gpu.exit = null;
  gpu.exitAt = null;
}
