import { entity, hex, maybe, seconds, text, type Entity } from "../entity.ts";

type Row<Kind> = Kind extends Entity<infer R> ? R : never;

/** What every span of time has. */
export const PERIOD = {
  id: hex("id"),
  fromAt: seconds("from_at"),
  toAt: maybe(seconds("to_at")),
  fromBlock: seconds("from_block"),
  toBlock: maybe(seconds("to_block")),
};

/** A span in which one wallet held a GPU. */
export const GPU_OWNERSHIP = entity("gpu_ownership", "bytes", {
  ...PERIOD,
  gpuId: text("gpu"),
  ownerAddress: hex("owner"),
});
/** A row of `GPU_OWNERSHIP`. */
export type GpuOwnershipRow = Row<typeof GPU_OWNERSHIP>;

/** A span in which a GPU was in one pool. */
export const GPU_MEMBERSHIP = entity("gpu_membership", "bytes", {
  ...PERIOD,
  gpuId: text("gpu"),
  poolId: text("pool"),
  operatorId: text("operator"),
  contributor: hex("contributor"),
  leaveReason: maybe(text("leave_reason")),
});
/** A row of `GPU_MEMBERSHIP`. */
export type GpuMembershipRow = Row<typeof GPU_MEMBERSHIP>;

/** A span in which a GPU had one status. */
export const GPU_STATUS_PERIOD = entity("gpu_status_period", "bytes", { ...PERIOD, status: text("status") });

/** An exit from a pool that was announced. */
export const GPU_EXIT = entity("gpu_exit", "bytes", {
  id: hex("id"),
  gpuId: text("gpu"),
  poolId: text("pool"),
  announcedAt: seconds("announced_at"),
  exitAt: seconds("exit_at"),
  outcome: maybe(text("outcome")),
  endedAt: maybe(seconds("ended_at")),
});
/** A row of `GPU_EXIT`. */
export type GpuExitRow = Row<typeof GPU_EXIT>;

/** An operator asked a GPU's owner into a pool. */
export const GPU_INVITATION = entity("gpu_invitation", "bytes", {
  id: hex("id"),
  gpuId: text("gpu"),
  poolId: text("pool"),
  transferCount: seconds("transfer_count"),
  at: seconds("timestamp"),
  blockNumber: seconds("block_number"),
  transactionHash: hex("transaction_hash"),
});
/** A row of `GPU_INVITATION`. */
export type GpuInvitationRow = Row<typeof GPU_INVITATION>;
