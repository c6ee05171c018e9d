// The contracts' enums (contracts/src/types/Types.sol) by their number. An unknown number stops the subgraph.

const OPERATOR_MODES = ["SELF_POOLED", "SINGLE_SOURCE", "DISTRIBUTED"];
const GPU_STATUSES = ["ACTIVE", "OFFLINE", "RETIRED"];
const TIERS = ["SPOT", "ON_DEMAND", "RESERVED"];
const END_REASONS = ["CUSTOMER", "FUNDS", "GPU_OFFLINE", "PREEMPTED", "TERM", "SLOT"];
const KICK_REASONS = ["PERFORMANCE", "RELIABILITY", "UPTIME", "OTHER"];
const LEAVE_REASONS = ["WITHDRAWN", "RELEASED"];

/** Name of an OperatorMode. */
export function operatorMode(value: i32): string {
  return OPERATOR_MODES[value];
}

/** Name of a GpuStatus. */
export function gpuStatus(value: i32): string {
  return GPU_STATUSES[value];
}

/** Name of a Tier. */
export function tier(value: i32): string {
  return TIERS[value];
}

/** Name of an EndReason. */
export function endReason(value: i32): string {
  return END_REASONS[value];
}

/** Name of a KickReason. */
export function kickReason(value: i32): string {
  return KICK_REASONS[value];
}

/** Name of a LeaveReason. */
export function leaveReason(value: i32): string {
  return LEAVE_REASONS[value];
}
