// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Pricing, Rates, ShareRule, TermDiscount, Tier} from "contracts/src/types/Types.sol";

/// @title Pools: GPUs of one model under one operator, one price list and one share rule
/// @notice Rates and shares are public before anyone joins. Shares change only with notice; rates for what starts later.
interface IPoolRegistry {
    /// @notice A pool came to be, with the share rule in force from the epoch of its creation.
    event PoolCreated(
        uint256 indexed poolId,
        uint256 indexed operatorId,
        bytes32 indexed modelId,
        string model,
        string region,
        uint16 operatorBps,
        uint16 poolBps,
        uint16 gpuBps
    );
    /// @notice New rentals of the pool cost this from now on; running ones keep theirs. DC base units per hour.
    /// @param setBy the operator's holder or the pool's pricer
    event RatesSet(uint256 indexed poolId, address indexed setBy, uint64 spot, uint64 onDemand, uint64 reserved);
    /// @notice From `effectiveEpoch` on, rewards of the pool are split so. Replaces what was scheduled for that epoch.
    /// @param scheduledIn the epoch of this block
    event SharesScheduled(
        uint256 indexed poolId,
        uint256 effectiveEpoch,
        uint256 scheduledIn,
        uint16 operatorBps,
        uint16 poolBps,
        uint16 gpuBps
    );
    /// @notice The pool's discounts for longer terms are these from now on: step i is `minHours[i]` and `bps[i]`.
    event TermDiscountsSet(uint256 indexed poolId, uint16[] minHours, uint16[] bps);
    /// @notice `pricer` may set the pool's rates within bounds, until the operator's token moves; the zero address: nobody
    /// may but the operator.
    event PricerSet(
        uint256 indexed poolId, address indexed pricer, Rates floor, Rates cap, uint16 maxStepBps, uint32 minInterval
    );

    /// @notice No such pool.
    error PoolRegistry_NoPool(uint256 poolId);
    /// @notice The shares don't sum to 10,000 basis points.
    error PoolRegistry_BadShares(uint256 sumBps);
    /// @notice A rate is zero or above 1e12 (a million DC), or spot costs more than on-demand.
    error PoolRegistry_BadRates(uint64 spot, uint64 onDemand, uint64 reserved);
    /// @notice Model and region must have 1 to 64 bytes.
    error PoolRegistry_BadText(uint256 modelLength, uint256 regionLength);
    /// @notice Without notice nobody could leave before new shares.
    error PoolRegistry_NoNotice();
    /// @notice Shares begin no sooner than the notice allows, nor before others already scheduled, nor too far ahead.
    error PoolRegistry_BadEffectiveEpoch(uint256 effectiveEpoch, uint256 minEpoch, uint256 maxEpoch);
    /// @notice The pool didn't exist in this epoch.
    error PoolRegistry_NoSharesYet(uint256 poolId, uint256 epoch);
    /// @notice More than eight steps.
    error PoolRegistry_TooManyDiscounts(uint256 stepCount);
    /// @notice Steps ascend in both, from at least an hour and a basis point, to at most 9,000 basis points.
    error PoolRegistry_BadDiscount(uint256 index, uint16 minHours, uint16 bps);
    /// @notice `account` is neither the pool's operator nor its pricer.
    error PoolRegistry_CannotPrice(uint256 poolId, address account);
    /// @notice A floor lies above its cap.
    error PoolRegistry_BadBounds(Rates floor, Rates cap);
    /// @notice A pricer's step is 1 to 10,000 basis points.
    error PoolRegistry_BadStep(uint16 maxStepBps);
    /// @notice The pricer may set rates again at `allowedAt`, seconds since 1970.
    error PoolRegistry_TooSoon(uint256 poolId, uint256 allowedAt);
    /// @notice The pricer's rate lies outside the operator's bounds.
    error PoolRegistry_OutOfBounds(Tier tier, uint64 rate, uint64 floor, uint64 cap);
    /// @notice The pricer may move this tier by `maxStep` at most.
    error PoolRegistry_StepTooLarge(Tier tier, uint64 rateBefore, uint64 rate, uint256 maxStep);

    /// @notice Opens a pool. By the operator.
    /// @param operatorId the operator whose token the caller holds
    /// @param model as DCGM names it, e.g. "NVIDIA H100 80GB HBM3"; its id is its keccak256
    /// @param region free text, e.g. "us-west"
    /// @param rates DC base units per GPU and hour
    /// @param shares how the pool's rewards are split
    /// @return poolId counted from 1
    function createPool(
        uint256 operatorId,
        string calldata model,
        string calldata region,
        Rates calldata rates,
        ShareRule calldata shares
    ) external returns (uint256 poolId);

    /// @notice Changes the rates for rentals that start from now on. By the operator, or within bounds by the pricer.
    function setRates(uint256 poolId, Rates calldata rates) external;

    /// @notice Replaces the discounts for longer terms; none removes them. By the operator.
    /// @param steps at most eight, ascending in both fields
    function setTermDiscounts(uint256 poolId, TermDiscount[] calldata steps) external;

    /// @notice Lets `pricer` set rates between `floor` and `cap`. By the operator, whom the bounds don't bind. Rates that
    /// already lie outside stay until somebody sets others. Ends when the operator's token moves.
    /// @param pricer the zero address removes the pricer; the other arguments are then ignored
    /// @param maxStepBps how far a change may move each tier from the rate that stood, 1 to 10,000
    /// @param minInterval seconds between two changes by the pricer
    function setPricer(
        uint256 poolId,
        address pricer,
        Rates calldata floor,
        Rates calldata cap,
        uint16 maxStepBps,
        uint32 minInterval
    ) external;

    /// @notice Announces a share rule. By the operator. No sooner than `SHARES_NOTICE` epochs after this one, not before
    /// a rule already scheduled, at most `MAX_SCHEDULE_AHEAD` epochs after that notice.
    function scheduleShares(uint256 poolId, ShareRule calldata shares, uint256 effectiveEpoch) external;

    /// @notice The operator of a pool. Reverts if there is no such pool.
    function operatorOf(uint256 poolId) external view returns (uint256 operatorId);

    /// @notice keccak256 of the pool's model.
    function modelOf(uint256 poolId) external view returns (bytes32 modelId);

    /// @notice The rates for a rental that starts now.
    function ratesOf(uint256 poolId) external view returns (Rates memory);

    /// @notice The reserved rate less the discount for a term of `hourCount` hours, rounded up.
    /// @return hourlyDc DC base units per hour, at least 1
    function reservedRate(uint256 poolId, uint256 hourCount) external view returns (uint64 hourlyDc);

    /// @notice The pool's discounts for longer terms.
    function termDiscountsOf(uint256 poolId) external view returns (TermDiscount[] memory);

    /// @notice What the pool's pricer may do; zeros if whoever holds the operator's token has named none.
    function pricingOf(uint256 poolId) external view returns (Pricing memory);

    /// @notice The share rule in force.
    function sharesOf(uint256 poolId) external view returns (ShareRule memory);

    /// @notice The share rule in force in an epoch; of one to come, as scheduled by now. Reverts before the pool's first.
    function sharesAt(uint256 poolId, uint256 epoch) external view returns (ShareRule memory);
}
