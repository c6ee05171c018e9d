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

/// @notice One offer as the exchange stores it (two words).
struct Listing {
    // slot 0
    address seller;
    /// the token's count when it was listed
    uint96 transferCount;
    // slot 1
    address currency;
    /// base units of the currency
    uint96 price;
}
