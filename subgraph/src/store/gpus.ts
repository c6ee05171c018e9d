import { BigInt, ethereum } from "@graphprotocol/graph-ts";
import { Gpu } from "../generated/schema";
import { numberId } from "../ids";
import { gpuStatus } from "./enums";

/** The row of a GPU that the chain says exists. */
export function getGpu(gpuId: BigInt): Gpu {
  return Gpu.load(numberId(gpuId))!;
}

/** A new GPU's row, saved by the caller. */
export function createGpu(gpuId: BigInt, event: ethereum.Event): Gpu {
  const gpu = new Gpu(numberId(gpuId));
  gpu.status = gpuStatus(0);
  gpu.rentalCount = 0;
  gpu.paidSeconds = BigInt.zero();
  gpu.burnedDc = BigInt.zero();
  gpu.createdAtBlock = event.block.number;
  gpu.createdAt = event.block.timestamp;
  return gpu;
}
