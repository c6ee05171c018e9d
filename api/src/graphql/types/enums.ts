import { registerEnumType } from "type-graphql";

/** As the contracts and the subgraph name them. */
export enum OperatorMode {
  SELF_POOLED = "SELF_POOLED",
  SINGLE_SOURCE = "SINGLE_SOURCE",
  DISTRIBUTED = "DISTRIBUTED",
}

registerEnumType(OperatorMode, {
  name: "OperatorMode",
  description: "How an operator runs its pools.",
  valuesConfig: {
    SELF_POOLED: { description: "The operator owns every GPU." },
    SINGLE_SOURCE: { description: "The operator runs every GPU, others own the NFTs." },
    DISTRIBUTED: { description: "Members bring GPUs; the operator adds and kicks them." },
  },
});

/** As the contracts and the subgraph name them. */
export enum GpuStatus {
  ACTIVE = "ACTIVE",
  OFFLINE = "OFFLINE",
  RETIRED = "RETIRED",
}

registerEnumType(GpuStatus, {
  name: "GpuStatus",
  description: "Life cycle of a GPU NFT, as its operator sets it; what telemetry saw is in the minutes' states.",
  valuesConfig: {
    ACTIVE: { description: "Can be rented." },
    OFFLINE: { description: "Out of service for now." },
    RETIRED: { description: "Gone for good." },
  },
});

/** As the contracts and the subgraph name them. */
export enum Tier {
  SPOT = "SPOT",
  ON_DEMAND = "ON_DEMAND",
  RESERVED = "RESERVED",
}

registerEnumType(Tier, {
  name: "Tier",
  description: "Terms of use, cheapest first.",
  valuesConfig: {
    SPOT: { description: "Ends, with notice, when a reservation needs the GPU." },
    ON_DEMAND: { description: "Pay as you go; not kicked off while funded." },
    RESERVED: { description: "Paid in advance for a span of hours." },
  },
});

/** As the contracts and the subgraph name them. */
export enum EndReason {
  CUSTOMER = "CUSTOMER",
  FUNDS = "FUNDS",
  GPU_OFFLINE = "GPU_OFFLINE",
  PREEMPTED = "PREEMPTED",
  TERM = "TERM",
  SLOT = "SLOT",
}

registerEnumType(EndReason, {
  name: "EndReason",
  description: "Why a rental is over.",
  valuesConfig: {
    CUSTOMER: { description: "The customer ended it." },
    FUNDS: { description: "The escrow ran out." },
    GPU_OFFLINE: { description: "The GPU left ACTIVE." },
    PREEMPTED: { description: "A spot rental came to the start of a booking." },
    TERM: { description: "A reserved rental came to the end of its slot." },
    SLOT: { description: "Its slot changed hands, moved to another GPU or was refunded." },
  },
});

/** As `telemetry.gpu_minutes` names them. */
export enum MinuteState {
  UP = "UP",
  DOWN = "DOWN",
  UNKNOWN = "UNKNOWN",
}

registerEnumType(MinuteState, {
  name: "MinuteState",
  description: "What telemetry knows of a GPU in one minute.",
  valuesConfig: {
    UP: { description: "A good sample covers the minute." },
    DOWN: { description: "The collector was there, the GPU was due, and it gave no good sample." },
    UNKNOWN: { description: "Nobody was looking, or not everything seen is written yet." },
  },
});
