export { mintCredits, setSpender } from "./credits.ts";
export { buyToken, cancelListing, listToken, withdrawRoyalties } from "./exchange.ts";
export {
  announceExit,
  cancelExit,
  inviteGpu,
  joinPool,
  mintGpu,
  releaseGpu,
  setGpuStatus,
  withdrawGpu,
} from "./gpus.ts";
export { addMember, kickMember, registerOperator, setOperatorMetadata, setPayout } from "./operators.ts";
export { createPool, scheduleShares, setPricer, setRates, setTermDiscounts } from "./pools.ts";
export { endRental, rent, topUp } from "./rentals.ts";
export { claimRewards } from "./rewards.ts";
export { checkIn, lendSlot, mergeSlots, moveSlot, refundSlot, reserve, splitSlot } from "./slots.ts";
