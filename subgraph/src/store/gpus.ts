import { BigInt, ethereum } from "@graphprotocol/graph-ts";
import { Gpu } from "../generated/schema";
import { numberId } from "../ids";

const ONE = BigInt.fromI32(1);

/** The row of a GPU that the chain says exists. */
export function getGpu(gpuId: BigInt): Gpu {
  return Gpu.load(numberId(gpuId))!;
}

/** A new GPU's row, saved by the caller. */
export function createGpu(gpuId: BigInt, event: ethereum.Event): Gpu {
  const gpu = new Gpu(numberId(gpuId));
  gpu.transferCount = BigInt.zero();
  gpu.rentalCount = 0;
  gpu.paidSeconds = BigInt.zero();
  gpu.burnedDc = BigInt.zero();
  gpu.createdAtBlock = event.block.number;
  gpu.createdAt = event.block.timestamp;
  return gpu;
}

/** The token isn't what it was, as its contract counts it: listings and invitations are void. Saved by the caller. */
export function raiseCount(gpu: Gpu): void {
  gpu.transferCount = gpu.transferCount.plus(ONE);
}
