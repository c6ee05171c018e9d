// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EndReason, Rental, Tier} from "contracts/src/types/Types.sol";

/// @title The market: rentals and their escrow
/// @notice A rental accrues DC at its pool's rate fixed at its start: `owed = ⌈rate · seconds / 3600⌉` in total since the
/// start, never summed from rounded parts. Settling is open to anyone and burns what has accrued, at most the escrow.
interface IMarketplace {
    /// @notice A rental began.
    /// @param escrowDc DC put into escrow
    /// @param paidUntil when the escrow runs out, seconds since 1970
    event RentalStarted(
        uint256 indexed rentalId,
        uint256 indexed gpuId,
        address indexed customer,
        Tier tier,
        uint256 poolId,
        uint256 operatorId,
        uint64 rateDcPerHour,
        uint256 escrowDc,
        uint64 startAt,
        uint64 paidUntil
    );
    /// @notice Escrow was added.
    event RentalToppedUp(uint256 indexed rentalId, address indexed payer, uint256 amountDc, uint64 paidUntil);
    /// @notice Use was paid: `amountDc` burned for the time `[fromTime, toTime)`.
    /// The times of one rental's settlements tile it from its start: no gap, no overlap. What is left between the last
    /// one and `endAt` was paid by the rounding before.
    /// @param sourceId the rental
    /// @param bctEquivalent BCT (18 decimals) that the DC were worth at the feed's price or its last good one
    /// @param epoch the epoch of this block
    event UsageSettled(
        uint256 indexed sourceId,
        uint256 indexed gpuId,
        uint256 indexed poolId,
        uint256 operatorId,
        address payer,
        uint256 amountDc,
        uint256 bctEquivalent,
        uint64 fromTime,
        uint64 toTime,
        uint256 epoch
    );
    /// @notice The rental is over; what wasn't used went back to the customer.
    /// @param endAt when the use ended, not later than `paidUntil`
    event RentalEnded(
        uint256 indexed rentalId, uint256 indexed gpuId, EndReason reason, uint256 refundDc, uint64 endAt
    );
    /// @notice The intake of new rentals was stopped or resumed.
    event IntakePaused(bool isPaused);

    /// @notice No such rental.
    error Marketplace_NoRental(uint256 rentalId);
    /// @notice Another rental runs on the GPU.
    error Marketplace_GpuBusy(uint256 gpuId, uint256 rentalId);
    /// @notice The GPU is OFFLINE or RETIRED.
    error Marketplace_GpuNotActive(uint256 gpuId);
    /// @notice The pool asks for more than the customer accepts.
    error Marketplace_RateAboveMax(uint64 rateDcPerHour, uint64 maxRateDcPerHour);
    /// @notice The escrow doesn't pay for the shortest rental.
    error Marketplace_TooShort(uint256 escrowDc, uint256 minEscrowDc);
    /// @notice On-demand can be paid for 7 days ahead at most.
    error Marketplace_TooFarAhead(uint256 paidUntil, uint256 maxPaidUntil);
    /// @notice A top-up of nothing.
    error Marketplace_ZeroAmount();
    /// @notice Epochs of no length, or that begin in the future.
    error Marketplace_BadEpochs(uint64 genesisTime, uint64 epochLength);
    /// @notice The rental is over.
    error Marketplace_Ended(uint256 rentalId);
    /// @notice Only the customer ends a funded rental.
    error Marketplace_NotCustomer(uint256 rentalId, address account);
    /// @notice Only the GPU registry reports that a GPU left ACTIVE.
    error Marketplace_NotGpuNFT(address caller);
    /// @notice New rentals are paused. Settling and ending never are.
    error Marketplace_Paused();

    /// @notice Rents a GPU until the escrow runs out or the customer ends it.
    /// @param gpuId an ACTIVE GPU with no running rental
    /// @param escrowDc DC to put aside; more can be added
    /// @param maxRateDcPerHour refuses a pool that asks for more
    /// @return rentalId counted from 1
    function rentOnDemand(uint256 gpuId, uint256 escrowDc, uint64 maxRateDcPerHour) external returns (uint256 rentalId);

    /// @notice Rents a GPU for `customer` with the customer's DC. By a spender that the customer named at {IDataCredits}.
    function rentOnDemandFor(address customer, uint256 gpuId, uint256 escrowDc, uint64 maxRateDcPerHour)
        external
        returns (uint256 rentalId);

    /// @notice Adds escrow to a running rental. By anyone, from the caller's DC.
    function topUp(uint256 rentalId, uint256 amountDc) external;

    /// @notice Ends a rental: settles it and returns the rest of the escrow to the customer. By the customer; by anyone
    /// once its funds have run out.
    function end(uint256 rentalId) external;

    /// @notice Ends the rental running on a GPU that leaves ACTIVE, if there is one. By the GPU registry.
    function onGpuInactive(uint256 gpuId) external;

    /// @notice Whether a slot of this or a later hour is booked on a GPU.
    function hasBookings(uint256 gpuId) external view returns (bool);

    /// @notice Burns what a rental has accrued and not yet burned. By anyone. Nothing due burns nothing.
    /// @return amountDc DC burned by this call
    function settle(uint256 rentalId) external returns (uint256 amountDc);

    /// @notice Settles many rentals.
    function settleMany(uint256[] calldata rentalIds) external;

    /// @notice Stops or resumes the intake of new rentals. By the guardian.
    function setPaused(bool isPaused) external;

    /// @notice Whether the intake of new rentals is stopped.
    function paused() external view returns (bool);

    /// @notice The rental as stored. Reverts if there is none.
    function rentalOf(uint256 rentalId) external view returns (Rental memory);

    /// @notice When the escrow runs out, seconds since 1970.
    function paidUntil(uint256 rentalId) external view returns (uint64);

    /// @notice The rental running on a GPU at this moment, or 0.
    function runningRental(uint256 gpuId) external view returns (uint256 rentalId);

    /// @notice DC accrued and not yet burned.
    function due(uint256 rentalId) external view returns (uint256 amountDc);

    /// @notice The epoch of a time: half-open UTC intervals counted from 0 at `genesisTime`.
    function epochAt(uint64 timestamp) external view returns (uint256 epoch);

    /// @notice When epoch 0 began, seconds since 1970.
    function genesisTime() external view returns (uint64);

    /// @notice Seconds of an epoch.
    function epochLength() external view returns (uint64);

    /// @notice DC burned for use in an epoch, in all, by pool and by GPU.
    function burnedIn(uint256 epoch) external view returns (uint256 amountDc);
    function burnedInByPool(uint256 epoch, uint256 poolId) external view returns (uint256 amountDc);
    function burnedInByGpu(uint256 epoch, uint256 gpuId) external view returns (uint256 amountDc);
}
