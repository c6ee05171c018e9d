// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IMeter} from "contracts/src/interfaces/IMeter.sol";
import {EndReason, Rental, Tier} from "contracts/src/types/Types.sol";

/// @title The market: rentals, their escrow, and each GPU's calendar of protected hours
/// @notice A rental accrues DC at its pool's rate fixed at its start: `owed = ⌈rate · seconds / 3600⌉` in total since the
/// start, never summed from rounded parts. Settling is open to anyone and burns what has accrued, at most the escrow, at
/// most up to `endsBy`. Slots and on-demand book their hours in the calendar and never overlap; spot books nothing, runs
/// in free hours only and gives way to a booking with notice.
interface IMarketplace is IMeter {
    /// @notice A rental began.
    /// @param rateDcPerHour 0 for a reserved one, whose slot is paid already
    /// @param escrowDc DC put into escrow
    /// @param paidUntil when the escrow runs out, seconds since 1970; of a reserved one its slot's end
    /// @param endsBy when it is over whatever the funds: for spot the next booking, for reserved the slot's end; 0 if never
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
        uint64 paidUntil,
        uint64 endsBy
    );
    /// @notice Escrow was added.
    event RentalToppedUp(uint256 indexed rentalId, address indexed payer, uint256 amountDc, uint64 paidUntil);
    /// @notice A booking took an hour of the GPU: the spot rental on it is over at `endsBy`.
    event SpotPreemptionNotice(uint256 indexed rentalId, uint64 endsBy, uint256 indexed slotId);
    /// @notice The slot of a reserved rental was cut short or grew: the rental is over at `endsBy`.
    event ReservedEndSet(uint256 indexed rentalId, uint64 endsBy);
    /// @notice The rental is over; what wasn't used went back to the customer.
    /// @param endAt when the use ended, not later than `paidUntil` and `endsBy`
    event RentalEnded(
        uint256 indexed rentalId, uint256 indexed gpuId, EndReason reason, uint256 refundDc, uint64 endAt
    );
    /// @notice The intake of new rentals and slots was stopped or resumed.
    event IntakePaused(bool isPaused);

    /// @notice The time slots were named, for good.
    event SlotsSet(address slots);

    /// @notice No such rental.
    error Marketplace_NoRental(uint256 rentalId);
    /// @notice Another rental runs on the GPU.
    error Marketplace_GpuBusy(uint256 gpuId, uint256 rentalId);
    /// @notice The GPU is OFFLINE or RETIRED.
    error Marketplace_GpuNotActive(uint256 gpuId);
    /// @notice The GPU's owner has announced its exit; nothing is rented beyond it.
    error Marketplace_GpuLeaving(uint256 gpuId, uint64 exitAt, uint256 until);
    /// @notice The GPU's hour (counted since 1970) is booked.
    error Marketplace_HoursTaken(uint256 gpuId, uint256 hour);
    /// @notice A spot rental has a right to notice: the booking may begin at `earliest`, seconds since 1970.
    error Marketplace_SpotNotice(uint256 gpuId, uint256 rentalId, uint256 earliest);
    /// @notice The pool asks for more than the customer accepts.
    error Marketplace_RateAboveMax(uint64 rateDcPerHour, uint64 maxRateDcPerHour);
    /// @notice The escrow doesn't pay for the shortest rental.
    error Marketplace_TooShort(uint256 escrowDc, uint256 minEscrowDc);
    /// @notice The next booking begins sooner than the shortest rental lasts.
    error Marketplace_BookedSoon(uint256 gpuId, uint256 endsBy);
    /// @notice Rentals can be paid for 7 days ahead at most.
    error Marketplace_TooFarAhead(uint256 paidUntil, uint256 maxPaidUntil);
    /// @notice A reserved rental is paid by its slot.
    error Marketplace_PaidBySlot(uint256 rentalId);
    /// @notice A top-up of nothing.
    error Marketplace_ZeroAmount();
    /// @notice The rental is over.
    error Marketplace_Ended(uint256 rentalId);
    /// @notice Only the customer ends a funded rental.
    error Marketplace_NotCustomer(uint256 rentalId, address account);
    /// @notice Only the GPU registry reports that a GPU left ACTIVE.
    error Marketplace_NotGpuNFT(address caller);
    /// @notice Only the time slots book hours.
    error Marketplace_NotSlots(address caller);
    /// @notice The time slots are named once.
    error Marketplace_SlotsSet(address slots);
    /// @notice New rentals and slots are paused. Settling and ending never are.
    error Marketplace_Paused();

    /// @notice Rents a GPU until the escrow runs out or the customer ends it. Books the hours up to then.
    /// @param gpuId an ACTIVE GPU with no running rental
    /// @param escrowDc DC to put aside; more can be added
    /// @param maxRateDcPerHour refuses a pool that asks for more
    /// @return rentalId counted from 1
    function rentOnDemand(uint256 gpuId, uint256 escrowDc, uint64 maxRateDcPerHour) external returns (uint256 rentalId);

    /// @notice Rents a GPU for `customer` with the customer's DC. By a spender that the customer named at {IDataCredits}.
    function rentOnDemandFor(address customer, uint256 gpuId, uint256 escrowDc, uint64 maxRateDcPerHour)
        external
        returns (uint256 rentalId);

    /// @notice Rents a GPU at the spot rate until the escrow runs out, the customer ends it, or a booking begins: one that
    /// stands is `endsBy` from the start, one made later with at least `SPOT_NOTICE` ahead.
    function rentSpot(uint256 gpuId, uint256 escrowDc, uint64 maxRateDcPerHour) external returns (uint256 rentalId);

    /// @notice Rents a GPU at the spot rate for `customer` with the customer's DC. By a spender as above.
    function rentSpotFor(address customer, uint256 gpuId, uint256 escrowDc, uint64 maxRateDcPerHour)
        external
        returns (uint256 rentalId);

    /// @notice Adds escrow to a running rental. By anyone, from the caller's DC. On-demand books the further hours, and is
    /// refused where they are taken; spot stays bounded by `endsBy`.
    function topUp(uint256 rentalId, uint256 amountDc) external;

    /// @notice Ends a rental: settles it and returns the rest of the escrow to the customer. By the customer; by anyone
    /// once its funds or `endsBy` have passed.
    function end(uint256 rentalId) external;

    /// @notice Burns what a rental has accrued and not yet burned. By anyone. Nothing due burns nothing.
    /// @return amountDc DC burned by this call
    function settle(uint256 rentalId) external returns (uint256 amountDc);

    /// @notice Settles many rentals.
    /// @return amountDc DC burned by this call
    function settleMany(uint256[] calldata rentalIds) external returns (uint256 amountDc);

    /// @notice Ends the rental on a GPU that leaves ACTIVE or its pool, if there is one. By the GPU registry.
    function onGpuInactive(uint256 gpuId) external;

    /// @notice Books hours of a GPU for a new slot. By the time slots.
    function bookSlot(uint256 gpuId, uint256 fromHour, uint256 toHour, uint256 slotId) external;

    /// @notice Moves a slot's booking to another GPU. By the time slots.
    function moveSlot(uint256 fromGpuId, uint256 toGpuId, uint256 fromHour, uint256 toHour, uint256 slotId) external;

    /// @notice Frees a slot's hours. By the time slots.
    function freeSlot(uint256 gpuId, uint256 fromHour, uint256 toHour) external;

    /// @notice Starts the use of a slot. By the time slots.
    function startReserved(uint256 gpuId, address customer, uint64 endsBy) external returns (uint256 rentalId);

    /// @notice Sets when a reserved rental is over, if it isn't yet. By the time slots.
    function setReservedEnd(uint256 rentalId, uint64 endsBy) external;

    /// @notice Ends a reserved rental, if it hasn't been. By the time slots.
    function endReserved(uint256 rentalId) external;

    /// @notice Names the time slots, once and for all. By the access manager's admin.
    function setSlots(address slots) external;

    /// @notice Stops or resumes the intake of new rentals and slots. By the guardian.
    function setPaused(bool isPaused) external;

    /// @notice Whether the intake of new rentals and slots is stopped.
    function paused() external view returns (bool);

    /// @notice The only contract that books slots; zero before it is named.
    function slots() external view returns (address);

    /// @notice The rental as stored. Reverts if there is none.
    function rentalOf(uint256 rentalId) external view returns (Rental memory);

    /// @notice When the escrow runs out, seconds since 1970, whatever `endsBy` says; of a reserved one its `endsBy`.
    function paidUntil(uint256 rentalId) external view returns (uint64);

    /// @notice The rental running on a GPU at this moment, or 0.
    function runningRental(uint256 gpuId) external view returns (uint256 rentalId);

    /// @notice ERC-4907's reading for a GPU: who uses it at this moment, or zero.
    function userOf(uint256 gpuId) external view returns (address user);

    /// @notice ERC-4907's reading for a GPU: when that use is over at the latest, seconds since 1970, or 0.
    function userExpires(uint256 gpuId) external view returns (uint256);

    /// @notice DC accrued and not yet burned.
    function due(uint256 rentalId) external view returns (uint256 amountDc);

    /// @notice Whether an hour (counted since 1970) of a GPU is booked, by a slot or by on-demand.
    function isBooked(uint256 gpuId, uint256 hour) external view returns (bool);

    /// @notice The first booked hour of a GPU from `fromHour` on, or the largest number.
    function nextBooking(uint256 gpuId, uint256 fromHour) external view returns (uint256 hour);

    /// @notice Whether this or a later hour of a GPU is booked.
    function hasBookings(uint256 gpuId) external view returns (bool);
}
