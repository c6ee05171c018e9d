import { amount, bool, entity, hex, int, maybe, seconds, text, type Entity } from "../entity.ts";

type Row<Kind> = Kind extends Entity<infer R> ? R : never;

/** What every record of one log has beside its own. */
const LOG = {
  id: hex("id"),
  blockNumber: seconds("block_number"),
  at: seconds("timestamp"),
  transactionHash: hex("transaction_hash"),
};

/** Whole UTC hours of a GPU, paid in full. Hours are counted since 1970. */
export const SLOT = entity("slot", "number", {
  id: text("id"),
  gpuId: text("gpu"),
  poolId: text("pool"),
  operatorId: text("operator"),
  holderAddress: hex("holder"),
  startHour: int("start_hour"),
  endHour: int("end_hour"),
  settledHour: int("settled_hour"),
  firstHour: int("first_hour"),
  hourCount: int("hour_count"),
  hourlyDc: amount("hourly_dc"),
  paidDc: amount("paid_dc"),
  burnedDc: amount("burned_dc"),
  refundedDc: amount("refunded_dc"),
  parentId: maybe(text("parent")),
  rootId: text("root"),
  mergedIntoId: maybe(text("merged_into")),
  user: maybe(hex('"user"')),
  userExpiresAt: maybe(seconds("user_expires_at")),
  rentalId: maybe(text("rental")),
  isGone: bool("is_gone"),
  goneAt: maybe(seconds("gone_at")),
  createdAt: seconds("created_at"),
});
/** A row of `SLOT`. */
export type SlotRow = Row<typeof SLOT>;

/** A change of a slot's holder. */
export const SLOT_TRANSFER = entity("slot_transfer", "bytes", {
  ...LOG,
  from: hex('"from"'),
  to: hex('"to"'),
  escrowDc: amount("escrow_dc"),
});

/** The use of a slot began. */
export const SLOT_CHECK_IN = entity("slot_check_in", "bytes", {
  ...LOG,
  rentalId: text("rental"),
  userAddress: hex('"user"'),
});
/** A row of `SLOT_CHECK_IN`. */
export type SlotCheckInRow = Row<typeof SLOT_CHECK_IN>;

/** A slot's rest went to another GPU. */
export const SLOT_MOVE = entity("slot_move", "bytes", {
  ...LOG,
  fromGpuId: text("from_gpu"),
  toGpuId: text("to_gpu"),
  fromHour: int("from_hour"),
});
/** A row of `SLOT_MOVE`. */
export type SlotMoveRow = Row<typeof SLOT_MOVE>;

/** DC returned for hours that weren't delivered. */
export const SLOT_REFUND = entity("slot_refund", "bytes", {
  ...LOG,
  kind: text("kind"),
  gpuId: text("gpu"),
  holderAddress: hex("holder"),
  fromHour: int("from_hour"),
  toHour: int("to_hour"),
  hourCount: int("hour_count"),
  refundedDc: amount("refunded_dc"),
});
/** A row of `SLOT_REFUND`. */
export type SlotRefundRow = Row<typeof SLOT_REFUND>;
