// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice How an operator runs its pools.
/// SELF_POOLED: the operator owns every GPU. SINGLE_SOURCE: the operator runs every GPU, others own the NFTs.
/// DISTRIBUTED: members bring GPUs; the operator adds and kicks members.
enum OperatorMode {
    SELF_POOLED,
    SINGLE_SOURCE,
    DISTRIBUTED
}

/// @notice Why a member was kicked.
enum KickReason {
    PERFORMANCE,
    RELIABILITY,
    UPTIME,
    OTHER
}

/// @notice Life cycle of a GPU NFT. Only an ACTIVE GPU can be rented; RETIRED is final and frees its UUID hash.
enum GpuStatus {
    ACTIVE,
    OFFLINE,
    RETIRED
}

/// @notice Why a GPU left its pool: its owner took it out, or the operator let go of a former member's.
enum LeaveReason {
    WITHDRAWN,
    RELEASED
}

/// @notice Terms of use, cheapest first.
enum Tier {
    SPOT,
    ON_DEMAND,
    RESERVED
}

/// @notice Why a rental is over.
enum EndReason {
    CUSTOMER,
    FUNDS,
    GPU_OFFLINE
}

/// @notice How a pool's rewards are split, in basis points summing to 10,000.
struct ShareRule {
    /// to the pool's operator
    uint16 operatorBps;
    /// to all healthy GPUs of the pool
    uint16 poolBps;
    /// extra to the GPU used
    uint16 gpuBps;
}

/// @notice Prices of a pool by tier, in DC base units (6 decimals) per GPU and hour.
struct Rates {
    uint64 spot;
    uint64 onDemand;
    uint64 reserved;
}

/// @notice A step of a discount: `bps` off the reserved rate for terms of `minHours` or more.
struct TermDiscount {
    uint16 minHours;
    uint16 bps;
}

/// @notice What a delegated pricer of a pool may do (three words). No pricer: all zero.
struct Pricing {
    // slot 0
    address pricer;
    /// how far it may move each tier at once, from the rate that stood
    uint16 maxStepBps;
    /// seconds between two of its changes
    uint32 minInterval;
    /// its last change, seconds since 1970; 0 before the first
    uint40 pricedAt;
    // slot 1
    Rates floor;
    // slot 2
    Rates cap;
}

/// @notice One rental as the market stores it (three words).
struct Rental {
    // slot 0
    address customer;
    uint64 rateDcPerHour;
    Tier tier;
    bool isEnded;
    // slot 1
    uint64 gpuId;
    uint64 poolId;
    uint64 startAt;
    uint64 settledAt;
    // slot 2: DC base units, in all since the start; what is still in escrow is the difference
    uint128 escrowDc;
    uint128 burnedDc;
}
