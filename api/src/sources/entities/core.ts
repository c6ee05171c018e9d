import { amount, entity, hex, int, maybe, seconds, text } from "../entity.ts";

/** Operators; rows as `OperatorRow`. */
export const OPERATOR = entity("operator", "number", {
  id: text("id"),
  ownerAddress: hex("owner"),
  payout: maybe(hex("payout")),
  mode: text("mode"),
  name: text("name"),
  metadataURI: text("metadata_uri"),
  poolCount: int("pool_count"),
  gpuCount: int("gpu_count"),
  memberCount: int("member_count"),
  burnedDc: amount("burned_dc"),
  createdAt: seconds("created_at"),
});

/** Pools; rows as `PoolRow`. */
export const POOL = entity("pool", "number", {
  id: text("id"),
  operatorId: text("operator"),
  model: text("model"),
  region: text("region"),
  spotRateDcPerHour: amount("spot_rate_dc_per_hour"),
  onDemandRateDcPerHour: amount("on_demand_rate_dc_per_hour"),
  reservedRateDcPerHour: amount("reserved_rate_dc_per_hour"),
  operatorBps: int("operator_bps"),
  poolBps: int("pool_bps"),
  gpuBps: int("gpu_bps"),
  gpuCount: int("gpu_count"),
  burnedDc: amount("burned_dc"),
  createdAt: seconds("created_at"),
});

/** GPU NFTs; rows as `GpuRow`. */
export const GPU = entity("gpu", "number", {
  id: text("id"),
  ownerAddress: hex("owner"),
  operatorId: maybe(text("operator")),
  poolId: maybe(text("pool")),
  contributor: hex("contributor"),
  uuidHash: hex("uuid_hash"),
  status: text("status"),
  rentalId: maybe(text("rental")),
  rentalCount: int("rental_count"),
  paidSeconds: seconds("paid_seconds"),
  burnedDc: amount("burned_dc"),
  createdAt: seconds("created_at"),
});

/** Rentals; rows as `RentalRow`. */
export const RENTAL = entity("rental", "number", {
  id: text("id"),
  gpuId: text("gpu"),
  poolId: text("pool"),
  operatorId: text("operator"),
  customerAddress: hex("customer"),
  tier: text("tier"),
  rateDcPerHour: amount("rate_dc_per_hour"),
  depositedDc: amount("deposited_dc"),
  burnedDc: amount("burned_dc"),
  refundedDc: amount("refunded_dc"),
  startAt: seconds("start_at"),
  paidUntil: seconds("paid_until"),
  endsBy: maybe(seconds("ends_by")),
  settledUntil: seconds("settled_until"),
  endAt: maybe(seconds("end_at")),
  endReason: maybe(text("end_reason")),
});
