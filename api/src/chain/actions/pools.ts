import { zeroAddress } from "viem";
import { asAddress, type Action, type Sender } from "../draft.ts";

/** DC per GPU and hour, by tier. */
export interface Rates {
  spot: bigint;
  onDemand: bigint;
  reserved: bigint;
}

/** Basis points summing to 10,000. */
export interface Shares {
  operatorBps: number;
  poolBps: number;
  gpuBps: number;
}

/** A pool to be opened. */
export interface CreatePool extends Sender {
  operator: string;
  model: string;
  region: string;
  rates: Rates;
  shares: Shares;
}

/** Opens a pool. */
export const createPool: Action<CreatePool> = ({ operator, model, region, rates, shares }, reads) => ({
  call: reads.call("PoolRegistry", "createPool", [BigInt(operator), model, region, rates, shares]),
  cost: {},
});

/** A pool. */
export interface OfPool extends Sender {
  pool: string;
}

/** A pool's rates. */
export interface SetRates extends OfPool {
  rates: Rates;
}

/** Changes the rates of rentals that start from now on. */
export const setRates: Action<SetRates> = ({ pool, rates }, reads) => ({
  call: reads.call("PoolRegistry", "setRates", [BigInt(pool), rates]),
  cost: {},
});

/** Discounts of longer terms. */
export interface SetTermDiscounts extends OfPool {
  steps: readonly { minHours: number; bps: number }[];
}

/** Replaces a pool's discounts for longer terms. */
export const setTermDiscounts: Action<SetTermDiscounts> = ({ pool, steps }, reads) => ({
  call: reads.call("PoolRegistry", "setTermDiscounts", [BigInt(pool), steps]),
  cost: {},
});

/** A delegated pricer and its bounds. */
export interface SetPricer extends OfPool {
  /** left out: nobody, and the bounds don't matter */
  pricer?: string;
  floor?: Rates;
  cap?: Rates;
  maxStepBps?: number;
  minIntervalSeconds?: number;
}

const NO_RATES: Rates = { spot: 0n, onDemand: 0n, reserved: 0n };

/** Lets a pricer set a pool's rates within bounds. */
export const setPricer: Action<SetPricer> = (input, reads) => ({
  call: reads.call("PoolRegistry", "setPricer", [
    BigInt(input.pool),
    input.pricer === undefined ? zeroAddress : asAddress(input.pricer),
    input.floor ?? NO_RATES,
    input.cap ?? NO_RATES,
    input.maxStepBps ?? 0,
    input.minIntervalSeconds ?? 0,
  ]),
  cost: {},
});

/** New shares. */
export interface ScheduleShares extends OfPool {
  shares: Shares;
  effectiveEpoch: number;
}

/** Announces how a pool's rewards are split from an epoch on. */
export const scheduleShares: Action<ScheduleShares> = ({ pool, shares, effectiveEpoch }, reads) => ({
  call: reads.call("PoolRegistry", "scheduleShares", [BigInt(pool), shares, BigInt(effectiveEpoch)]),
  cost: {},
});
