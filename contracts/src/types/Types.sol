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
/// CUSTOMER: its customer ended it. FUNDS: its escrow ran out. GPU_OFFLINE: its GPU left ACTIVE or its pool. PREEMPTED: a
/// spot rental came to the start of a booking or to its GPU's exit. TERM: a reserved rental came to the end of its slot or
/// of its user's time. SLOT: its slot changed hands, moved to another GPU, was refunded or merged, or another came in.
enum EndReason {
    CUSTOMER,
    FUNDS,
    GPU_OFFLINE,
    PREEMPTED,
    TERM,
    SLOT
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

/// @notice One rental; amounts in DC base units, times in seconds since 1970.
struct Rental {
    address customer;
    Tier tier;
    bool isEnded;
    uint64 gpuId;
    /// the GPU's at the start, as is the operator
    uint64 poolId;
    uint64 operatorId;
    /// fixed at the start; 0 for a reserved rental, which its slot pays
    uint64 rateDcPerHour;
    uint64 startAt;
    uint64 settledAt;
    /// over at this time whatever the funds: the next booking for spot, the slot's end for reserved; 0 if there is none
    uint64 endsBy;
    /// in all since the start; what is still in escrow is the difference
    uint128 escrowDc;
    uint128 burnedDc;
}

/// @notice One time slot: whole UTC hours, counted since 1970, of one GPU, at one price.
/// What is still in escrow is `hourlyDc · (endHour − settledHour)`.
struct Slot {
    uint64 gpuId;
    uint64 poolId;
    uint32 startHour;
    /// exclusive
    uint32 endHour;
    /// hours before it are burned or refunded
    uint32 settledHour;
    /// moves of the token and changes of what it stands for
    uint32 transferCount;
    /// DC base units
    uint64 hourlyDc;
}

/// @notice How DC used become BCT minted; BCT with 18 decimals.
struct RewardsConfig {
    /// what the schedule allows each epoch before its first halving
    uint128 initialEmission;
    uint32 halvingEpochs;
    /// the most that burned BCT add to the schedule, per epoch
    uint128 reEmissionCap;
    /// how much of the BCT that use was worth may be minted, in basis points
    uint16 kappaBps;
    /// seconds for which the guardian can veto a commit
    uint32 challengeWindow;
    address[] oracles;
    /// how many oracles must agree
    uint256 quorum;
}

/// @notice DC burned for the use of one GPU or one pool (one word).
struct UseTally {
    /// the epoch of its last use
    uint32 epoch;
    /// in that epoch
    uint112 inEpochDc;
    uint112 lifetimeDc;
}

/// @notice What oracles attest of an epoch.
struct Commit {
    /// Merkle root of this epoch's payout lines
    bytes32 linesRoot;
    /// Merkle root of `(account, cumulative amount)` over all epochs to this one
    bytes32 claimsRoot;
    /// BCT to mint for this epoch, 18 decimals
    uint256 total;
    /// keccak256 of the canonical inputs
    bytes32 inputsHash;
    uint32 methodologyVersion;
}

/// @notice One wallet's leaf under the claims root, with its proof.
struct Claim {
    address account;
    uint256 cumulativeAmount;
    bytes32[] proof;
}

/// @notice An ERC-2612 signature that lets DC's contract burn BCT of the caller.
struct PermitSignature {
    uint256 deadline;
    uint8 v;
    bytes32 r;
    bytes32 s;
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
