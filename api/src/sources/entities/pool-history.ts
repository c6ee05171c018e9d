import { amount, bool, entity, hex, int, ints, maybe, seconds, text, type Entity } from "../entity.ts";
import { PERIOD } from "./gpu-history.ts";

type Row<Kind> = Kind extends Entity<infer R> ? R : never;

const LOG = {
  id: hex("id"),
  at: seconds("timestamp"),
  blockNumber: seconds("block_number"),
  transactionHash: hex("transaction_hash"),
};
const SHARES = {
  effectiveEpoch: seconds("effective_epoch"),
  scheduledIn: seconds("scheduled_in"),
  operatorBps: int("operator_bps"),
  poolBps: int("pool_bps"),
  gpuBps: int("gpu_bps"),
};

/** A pool's split of rewards from an epoch on. */
export const SHARE_RULE = entity("share_rule", "text", { id: text("id"), ...SHARES });

/** New rates of a pool. */
export const RATE_CHANGE = entity("rate_change", "bytes", {
  ...LOG,
  setBy: hex("set_by"),
  isByPricer: bool("is_by_pricer"),
  spotRateDcPerHour: amount("spot_rate_dc_per_hour"),
  onDemandRateDcPerHour: amount("on_demand_rate_dc_per_hour"),
  reservedRateDcPerHour: amount("reserved_rate_dc_per_hour"),
});

/** New discounts of a pool. */
export const DISCOUNT_CHANGE = entity("discount_change", "bytes", {
  ...LOG,
  minHours: ints("min_hours"),
  bps: ints("bps"),
});

/** A span in which a pricer might set a pool's rates. */
export const PRICER_PERIOD = entity("pricer_period", "bytes", {
  ...PERIOD,
  delegationId: hex("delegation"),
  end: maybe(text('"end"')),
});
/** A row of `PRICER_PERIOD`. */
export type PricerPeriodRow = Row<typeof PRICER_PERIOD>;

/** Who may set a pool's rates, and within which bounds. */
export const PRICER_DELEGATION = entity("pricer_delegation", "bytes", {
  id: hex("id"),
  pricer: hex("pricer"),
  namedBy: hex("named_by"),
  spotFloorDcPerHour: amount("spot_floor_dc_per_hour"),
  spotCapDcPerHour: amount("spot_cap_dc_per_hour"),
  onDemandFloorDcPerHour: amount("on_demand_floor_dc_per_hour"),
  onDemandCapDcPerHour: amount("on_demand_cap_dc_per_hour"),
  reservedFloorDcPerHour: amount("reserved_floor_dc_per_hour"),
  reservedCapDcPerHour: amount("reserved_cap_dc_per_hour"),
  maxStepBps: int("max_step_bps"),
  minIntervalSeconds: seconds("min_interval"),
});
