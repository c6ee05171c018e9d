// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IERC4907} from "contracts/src/interfaces/IERC4907.sol";
import {IMeter} from "contracts/src/interfaces/IMeter.sol";
import {Slot} from "contracts/src/types/Types.sol";

/// @title Time slots: whole UTC hours of one GPU, paid in full, as an ERC-721
/// @notice A slot is used, transferred, split, merged and resold. Its escrow is burned hour by hour as the hours pass, used
/// or not; hours in which the GPU wasn't ACTIVE at some moment go back to the holder instead. Hours are counted since 1970.
interface ITimeSlots is IERC721, IERC4907, IMeter {
    /// @notice Hours `[startHour, endHour)` of a GPU were reserved and paid.
    event SlotReserved(
        uint256 indexed slotId,
        uint256 indexed gpuId,
        address indexed holder,
        uint256 poolId,
        uint256 operatorId,
        uint32 startHour,
        uint32 endHour,
        uint64 hourlyDc,
        uint256 escrowDc
    );
    /// @notice `slotId` ends at `hour` now; what came after, up to `endHour`, is `newSlotId`.
    /// A split into n parts tells n − 1 of these, each from the first part.
    event SlotSplit(uint256 indexed slotId, uint256 indexed newSlotId, uint32 hour, uint32 endHour);
    /// @notice `slotId` ends at `endHour` now; `goneId`, its later neighbor, is no more.
    event SlotsMerged(uint256 indexed slotId, uint256 indexed goneId, uint32 endHour);
    /// @notice The use of a slot began.
    event SlotCheckedIn(uint256 indexed slotId, uint256 indexed rentalId, address indexed user);
    /// @notice Hours `[fromHour, toHour)` have passed: so many of them were delivered, the others refunded to the holder.
    event SlotSettled(
        uint256 indexed slotId,
        address indexed holder,
        uint32 fromHour,
        uint32 toHour,
        uint256 deliveredHours,
        uint256 burnedDc,
        uint256 refundedDc
    );
    /// @notice The slot is no more: its hours from `fromHour` on won't be delivered, and were refunded.
    event SlotRefunded(uint256 indexed slotId, address indexed holder, uint32 fromHour, uint256 refundedDc);
    /// @notice The operator moved the slot's hours from `fromHour` on to an equal GPU.
    event SlotMoved(uint256 indexed slotId, uint256 indexed fromGpuId, uint256 indexed toGpuId, uint32 fromHour);

    /// @notice No such slot.
    error TimeSlots_NoSlot(uint256 slotId);
    /// @notice No hours, or more than a slot may have.
    error TimeSlots_BadLength(uint256 hourCount, uint256 maxHours);
    /// @notice The hour has passed.
    error TimeSlots_Past(uint256 startHour, uint256 hourNow);
    /// @notice The hour is further ahead than a slot may begin.
    error TimeSlots_TooFarAhead(uint256 startHour, uint256 maxStartHour);
    /// @notice The GPU is OFFLINE or RETIRED.
    error TimeSlots_GpuNotActive(uint256 gpuId);
    /// @notice The GPU was away for a part of the running hour, which would be used and yet refunded.
    error TimeSlots_HourLost(uint256 gpuId, uint256 hour);
    /// @notice The GPU's owner has announced its exit; nothing is reserved beyond it.
    error TimeSlots_GpuLeaving(uint256 gpuId, uint64 exitAt, uint256 endsAt);
    /// @notice The pool asks for more than the customer accepts.
    error TimeSlots_RateAboveMax(uint64 hourlyDc, uint64 maxHourlyDc);
    /// @notice A slot can be cut only inside its hours that haven't begun, in ascending order.
    error TimeSlots_BadCut(uint256 slotId, uint256 hour);
    /// @notice Not one after the other on one GPU, in one pool, at one price, of one holder.
    error TimeSlots_NotNeighbors(uint256 slotId, uint256 laterId);
    /// @notice Neither the holder nor the user that the holder named.
    error TimeSlots_NotUser(uint256 slotId, address account);
    /// @notice The slot's hours are over or haven't begun.
    error TimeSlots_NotNow(uint256 slotId, uint256 startHour, uint256 endHour);
    /// @notice The account uses the slot already.
    error TimeSlots_CheckedIn(uint256 slotId, uint256 rentalId);
    /// @notice Neither the slot's holder nor the operator of its GPU.
    error TimeSlots_NotHolderOrOperator(uint256 slotId, address account);
    /// @notice An ACTIVE GPU delivers.
    error TimeSlots_GpuActive(uint256 gpuId);
    /// @notice The GPU may be back soon: the slot can be given up from `refundableAt` on, seconds since 1970.
    error TimeSlots_GpuBackSoon(uint256 gpuId, uint256 refundableAt);
    /// @notice All hours have passed.
    error TimeSlots_Over(uint256 slotId, uint256 endHour);
    /// @notice The other GPU isn't of the slot's pool, or is the same.
    error TimeSlots_NotEqualGpu(uint256 slotId, uint256 gpuId);

    /// @notice Reserves hours of a GPU, paid in full from the caller's DC, at the pool's reserved rate less its discount for
    /// so many hours. The hour that runs counts whole.
    /// @param startHour hours since 1970 UTC, at most a year ahead
    /// @param hourCount 1 to 8,784
    /// @param maxHourlyDc refuses a pool that asks for more, DC per hour
    /// @return slotId counted from 1
    function reserve(uint256 gpuId, uint256 startHour, uint256 hourCount, uint64 maxHourlyDc)
        external
        returns (uint256 slotId);

    /// @notice Reserves for `holder` with the holder's DC. By a spender that the holder named at {IDataCredits}.
    function reserveFor(address holder, uint256 gpuId, uint256 startHour, uint256 hourCount, uint64 maxHourlyDc)
        external
        returns (uint256 slotId);

    /// @notice Cuts a slot at the given hours, ascending. The first part keeps the id and the elapsed hours; the others are
    /// new slots of the same holder. By the holder or whoever it approved.
    /// @return firstNewId of `cutHours.length` consecutive ones
    function split(uint256 slotId, uint32[] calldata cutHours) external returns (uint256 firstNewId);

    /// @notice Joins a slot with its later neighbor, which is no more. By the holder of both or whoever it approved.
    function merge(uint256 slotId, uint256 laterId) external;

    /// @notice Starts the use of a slot that covers this moment: a RESERVED rental with nothing further to pay. By the
    /// holder, up to the slot's end, or by the user that the holder named, up to its own. Ends the use of another account.
    /// Checking in again after an end is free.
    function checkIn(uint256 slotId) external returns (uint256 rentalId);

    /// @notice Burns the hours that have passed and were delivered, and refunds those that weren't. By anyone.
    /// @return burnedDc DC burned
    /// @return refundedDc DC returned to the holder
    function settleSlot(uint256 slotId) external returns (uint256 burnedDc, uint256 refundedDc);

    /// @notice Settles many slots. Passes over those that don't exist any more, so that nobody can spoil a
    /// keeper's batch.
    function settleSlots(uint256[] calldata slotIds) external;

    /// @notice Gives the slot up for the money of its remaining hours, the running one among them, while its GPU is not
    /// ACTIVE and hasn't been for `MIN_OUTAGE`: a moment's outage is no way out of a bargain, for either side. By the
    /// holder, whoever it approved, or the operator.
    /// @return refundedDc DC returned for the remaining hours
    function refundUndelivered(uint256 slotId) external returns (uint256 refundedDc);

    /// @notice Moves the remaining hours to another ACTIVE GPU of the pool that is free in them. By the operator.
    function moveSlot(uint256 slotId, uint256 toGpuId) external;

    /// @notice The slot as stored. Reverts if there is none.
    function slotOf(uint256 slotId) external view returns (Slot memory);

    /// @notice DC still in escrow for the slot.
    function escrowOf(uint256 slotId) external view returns (uint256 amountDc);

    /// @notice The rental of the last check-in since the slot last moved, which may be over; or 0.
    function rentalOf(uint256 slotId) external view returns (uint256 rentalId);

    /// @notice How often the token moved or what it stands for changed (split, merge, another GPU); of a slot that is no
    /// more the largest number.
    function transferCount(uint256 slotId) external view returns (uint256);
}
