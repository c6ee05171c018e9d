// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IDataCredits} from "contracts/src/interfaces/IDataCredits.sol";
import {IEpochRewards} from "contracts/src/interfaces/IEpochRewards.sol";
import {IGpuNFT} from "contracts/src/interfaces/IGpuNFT.sol";
import {IMarketplace} from "contracts/src/interfaces/IMarketplace.sol";
import {IOperatorRegistry} from "contracts/src/interfaces/IOperatorRegistry.sol";
import {IPoolRegistry} from "contracts/src/interfaces/IPoolRegistry.sol";
import {IPriceFeed} from "contracts/src/interfaces/IPriceFeed.sol";
import {ITimeSlots} from "contracts/src/interfaces/ITimeSlots.sol";
import {Meter} from "contracts/src/Meter.sol";
import {SlotToken} from "contracts/src/SlotToken.sol";
import {GpuStatus, Rental, Slot} from "contracts/src/types/Types.sol";

/// @title Time slots; see {ITimeSlots}
/// @dev The escrow is `hourlyDc` for each hour not yet settled: parts of a slot need no rounding. Calls out only to
/// contracts of the network; tokens are minted without a callback.
contract TimeSlots is SlotToken, Meter {
    using SafeCast for uint256;

    uint256 public constant MAX_HOURS = 8784;
    /// how far ahead a slot may begin, hours
    uint256 public constant MAX_AHEAD_HOURS = 8784;
    /// how long a GPU must be away before its slots can be given up, seconds
    uint256 public constant MIN_OUTAGE = 1 hours;

    IMarketplace public immutable MARKET;
    IGpuNFT public immutable GPUS;

    uint256 private _slotCount;
    /// @inheritdoc ITimeSlots
    mapping(uint256 slotId => uint256 rentalId) public override rentalOf;

    constructor(
        IMarketplace market,
        IDataCredits credits,
        IEpochRewards rewards,
        IPriceFeed priceFeed,
        IGpuNFT gpus,
        IPoolRegistry pools,
        IOperatorRegistry operators,
        uint16 royaltyBps
    ) SlotToken(operators, pools, royaltyBps) Meter(credits, rewards, priceFeed) {
        MARKET = market;
        GPUS = gpus;
    }

    /// @inheritdoc ITimeSlots
    function reserve(uint256 gpuId, uint256 startHour, uint256 hourCount, uint64 maxHourlyDc)
        external
        returns (uint256 slotId)
    {
        return _reserve(msg.sender, gpuId, startHour, hourCount, maxHourlyDc);
    }

    /// @inheritdoc ITimeSlots
    function reserveFor(address holder, uint256 gpuId, uint256 startHour, uint256 hourCount, uint64 maxHourlyDc)
        external
        returns (uint256 slotId)
    {
        return _reserve(holder, gpuId, startHour, hourCount, maxHourlyDc);
    }

    /// @inheritdoc ITimeSlots
    function split(uint256 slotId, uint32[] calldata cutHours) external returns (uint256 firstNewId) {
        address holder = _requireAuthorized(slotId);
        Slot memory slot = slotOf(slotId);
        uint256 after_ = Math.max(slot.startHour, _hourNow());
        for (uint256 i; i < cutHours.length; ++i) {
            if (cutHours[i] <= after_ || cutHours[i] >= slot.endHour) revert TimeSlots_BadCut(slotId, cutHours[i]);
            after_ = cutHours[i];
        }
        if (cutHours.length == 0) revert TimeSlots_BadCut(slotId, 0);

        firstNewId = _slotCount + 1;
        _slotCount += cutHours.length;
        uint32 endHour = slot.endHour;
        slot.endHour = cutHours[0];
        ++slot.transferCount;
        _store(slotId, slot);
        emit MetadataUpdate(slotId);
        slot.transferCount = 0;
        for (uint256 i; i < cutHours.length; ++i) {
            (slot.startHour, slot.settledHour) = (cutHours[i], cutHours[i]);
            slot.endHour = i + 1 < cutHours.length ? cutHours[i + 1] : endHour;
            _store(firstNewId + i, slot);
            emit SlotSplit(slotId, firstNewId + i, slot.startHour, slot.endHour);
            _mint(holder, firstNewId + i);
        }
        _setReservedEnd(slotId, holder, cutHours[0]);
    }

    /// @inheritdoc ITimeSlots
    function merge(uint256 slotId, uint256 laterId) external {
        address holder = _requireAuthorized(slotId);
        bool isOneHolder = _requireAuthorized(laterId) == holder;
        settleSlot(slotId);
        settleSlot(laterId);
        Slot memory slot = slotOf(slotId);
        Slot memory later = slotOf(laterId);
        if (
            !isOneHolder || slot.gpuId != later.gpuId || slot.poolId != later.poolId || slot.endHour != later.startHour
                || slot.hourlyDc != later.hourlyDc
        ) revert TimeSlots_NotNeighbors(slotId, laterId);

        if (slot.settledHour == slot.endHour) slot.settledHour = later.settledHour;
        slot.endHour = later.endHour;
        ++slot.transferCount;
        _store(slotId, slot);
        emit SlotsMerged(slotId, laterId, later.endHour);
        emit MetadataUpdate(slotId);
        _remove(laterId);
        _setReservedEnd(slotId, holder, later.endHour);
    }

    /// @inheritdoc ITimeSlots
    function checkIn(uint256 slotId) external returns (uint256 rentalId) {
        address holder = _requireOwned(slotId);
        if (msg.sender != holder && msg.sender != userOf(slotId)) revert TimeSlots_NotUser(slotId, msg.sender);
        Slot memory slot = slotOf(slotId);
        if (_hourNow() < slot.startHour || _hourNow() >= slot.endHour) {
            revert TimeSlots_NotNow(slotId, slot.startHour, slot.endHour);
        }
        _requireNotUsing(slotId, slot.gpuId);
        _checkOut(slotId);

        uint256 endsBy = uint256(slot.endHour) * 1 hours;
        if (msg.sender != holder) endsBy = Math.min(endsBy, userExpires(slotId));
        rentalId = MARKET.startReserved(slot.gpuId, msg.sender, endsBy.toUint64());
        rentalOf[slotId] = rentalId;
        emit SlotCheckedIn(slotId, rentalId, msg.sender);
    }

    /// @inheritdoc ITimeSlots
    function settleSlots(uint256[] calldata slotIds) external {
        uint256 price = PRICE_FEED.lastGoodPrice();
        uint256 burnedDc;
        for (uint256 i; i < slotIds.length; ++i) {
            if (_ownerOf(slotIds[i]) == address(0)) continue;
            (uint256 amountDc,) = _settle(slotIds[i], price);
            burnedDc += amountDc;
        }
        if (burnedDc != 0) CREDITS.burnEscrowed(burnedDc);
    }

    /// @inheritdoc ITimeSlots
    function refundUndelivered(uint256 slotId) external returns (uint256 refundedDc) {
        address holder = _requireOwned(slotId);
        Slot memory slot = slotOf(slotId);
        if (!_isAuthorized(holder, msg.sender, slotId) && !_isOperator(slot.poolId)) {
            revert TimeSlots_NotHolderOrOperator(slotId, msg.sender);
        }
        _requireAway(slot.gpuId);
        uint256 fromHour = _requireRest(slotId, slot);
        settleSlot(slotId);

        refundedDc = slot.hourlyDc * (slot.endHour - fromHour);
        emit SlotRefunded(slotId, holder, fromHour.toUint32(), refundedDc);
        _remove(slotId);
        MARKET.freeSlot(slot.gpuId, fromHour, slot.endHour);
        CREDITS.release(holder, refundedDc);
    }

    /// @inheritdoc ITimeSlots
    function moveSlot(uint256 slotId, uint256 toGpuId) external {
        Slot memory slot = slotOf(slotId);
        OPERATORS.requireOperator(POOLS.operatorOf(slot.poolId), msg.sender);
        uint256 fromHour = _requireRest(slotId, slot);
        (uint256 poolId,) = _requireDelivers(toGpuId, slot.endHour);
        if (poolId != slot.poolId || toGpuId == slot.gpuId) revert TimeSlots_NotEqualGpu(slotId, toGpuId);
        settleSlot(slotId);

        uint256 fromGpuId = slot.gpuId;
        slot.gpuId = toGpuId.toUint64();
        slot.startHour = fromHour.toUint32();
        slot.settledHour = fromHour.toUint32();
        ++slot.transferCount;
        _store(slotId, slot);
        emit SlotMoved(slotId, fromGpuId, toGpuId, fromHour.toUint32());
        emit MetadataUpdate(slotId);
        _checkOut(slotId);
        MARKET.moveSlot(fromGpuId, toGpuId, fromHour, slot.endHour, slotId);
    }

    /// @inheritdoc ITimeSlots
    function settleSlot(uint256 slotId) public returns (uint256 burnedDc, uint256 refundedDc) {
        Slot memory slot = slotOf(slotId);
        if (_passedUntil(slot) == slot.settledHour) return (0, 0);
        (burnedDc, refundedDc) = _settle(slotId, PRICE_FEED.lastGoodPrice());
        if (burnedDc != 0) CREDITS.burnEscrowed(burnedDc);
    }

    /// @dev Hours belong to who held them: what has passed is settled before the slot moves, and a use ends with it.
    function _update(address to, uint256 slotId, address auth) internal override returns (address from) {
        from = _ownerOf(slotId);
        if (from != address(0) && from != to) {
            settleSlot(slotId);
            _checkOut(slotId);
        }
        return super._update(to, slotId, auth);
    }

    function _reserve(address holder, uint256 gpuId, uint256 startHour, uint256 hourCount, uint64 maxHourlyDc)
        private
        returns (uint256 slotId)
    {
        _requireSpan(startHour, hourCount);
        uint256 endHour = startHour + hourCount;
        (uint256 poolId, uint256 operatorId) = _requireDelivers(gpuId, endHour);
        if (startHour == _hourNow() && GPUS.lostHours(gpuId, startHour, startHour + 1) != 0) {
            revert TimeSlots_HourLost(gpuId, startHour);
        }
        uint64 hourlyDc = POOLS.reservedRate(poolId, hourCount);
        if (hourlyDc > maxHourlyDc) revert TimeSlots_RateAboveMax(hourlyDc, maxHourlyDc);

        slotId = _add(
            holder,
            operatorId,
            Slot({
                gpuId: gpuId.toUint64(),
                poolId: poolId.toUint64(),
                startHour: startHour.toUint32(),
                endHour: endHour.toUint32(),
                settledHour: startHour.toUint32(),
                transferCount: 0,
                hourlyDc: hourlyDc
            })
        );
        MARKET.bookSlot(gpuId, startHour, endHour, slotId);
        CREDITS.escrow(holder, msg.sender, hourlyDc * hourCount);
    }

    function _add(address holder, uint256 operatorId, Slot memory slot) private returns (uint256 slotId) {
        slotId = ++_slotCount;
        _store(slotId, slot);
        emit SlotReserved(
            slotId,
            slot.gpuId,
            holder,
            slot.poolId,
            operatorId,
            slot.startHour,
            slot.endHour,
            slot.hourlyDc,
            uint256(slot.hourlyDc) * (slot.endHour - slot.startHour)
        );
        _mint(holder, slotId);
    }

    /// @dev Burns what was delivered of the hours that have passed, tells and tallies it; the caller burns the DC.
    function _settle(uint256 slotId, uint256 price) private returns (uint256 burnedDc, uint256 refundedDc) {
        Slot memory slot = slotOf(slotId);
        uint256 toHour = _passedUntil(slot);
        uint256 passed = toHour - slot.settledHour;
        if (passed == 0) return (0, 0);
        uint256 delivered = passed - GPUS.lostHours(slot.gpuId, slot.settledHour, toHour);
        address holder = _ownerOf(slotId);
        burnedDc = slot.hourlyDc * delivered;
        refundedDc = slot.hourlyDc * (passed - delivered);
        uint32 fromHour = slot.settledHour;
        slot.settledHour = toHour.toUint32();
        _store(slotId, slot);
        emit SlotSettled(slotId, holder, fromHour, toHour.toUint32(), delivered, burnedDc, refundedDc);
        if (burnedDc != 0) _tally(_use(slotId, slot, holder, burnedDc, fromHour), price);
        if (refundedDc != 0) CREDITS.release(holder, refundedDc);
    }

    function _use(uint256 slotId, Slot memory slot, address holder, uint256 amountDc, uint256 fromHour)
        private
        view
        returns (Use memory)
    {
        return Use({
            sourceId: slotId,
            gpuId: slot.gpuId,
            poolId: slot.poolId,
            operatorId: POOLS.operatorOf(slot.poolId),
            payer: holder,
            amountDc: amountDc,
            fromTime: fromHour * 1 hours,
            toTime: uint256(slot.settledHour) * 1 hours
        });
    }

    /// @dev Ends the use of a slot, if there is one.
    function _checkOut(uint256 slotId) private {
        uint256 rentalId = rentalOf[slotId];
        if (rentalId == 0) return;
        delete rentalOf[slotId];
        MARKET.endReserved(rentalId);
    }

    /// @dev The holder's use lasts as long as the slot; a named user's is cut short with it and never prolonged.
    function _setReservedEnd(uint256 slotId, address holder, uint256 endHour) private {
        uint256 rentalId = rentalOf[slotId];
        if (rentalId == 0) return;
        uint256 endsBy = endHour * 1 hours;
        Rental memory rental = MARKET.rentalOf(rentalId);
        if (rental.customer == holder || endsBy < rental.endsBy) MARKET.setReservedEnd(rentalId, endsBy.toUint64());
    }

    /// @dev The GPU's pool and operator, if it can be booked up to an hour.
    function _requireDelivers(uint256 gpuId, uint256 endHour)
        private
        view
        returns (uint256 poolId, uint256 operatorId)
    {
        GpuStatus status;
        uint64 exitAt;
        (status, poolId, operatorId, exitAt) = GPUS.stateOf(gpuId);
        if (status != GpuStatus.ACTIVE) revert TimeSlots_GpuNotActive(gpuId);
        uint256 endsAt = endHour * 1 hours;
        if (exitAt != 0 && endsAt > exitAt) revert TimeSlots_GpuLeaving(gpuId, exitAt, endsAt);
    }

    function _requireSpan(uint256 startHour, uint256 hourCount) private view {
        uint256 hourNow = _hourNow();
        if (hourCount == 0 || hourCount > MAX_HOURS) revert TimeSlots_BadLength(hourCount, MAX_HOURS);
        if (startHour < hourNow) revert TimeSlots_Past(startHour, hourNow);
        uint256 maxStartHour = hourNow + MAX_AHEAD_HOURS;
        if (startHour > maxStartHour) revert TimeSlots_TooFarAhead(startHour, maxStartHour);
    }

    function _requireAway(uint256 gpuId) private view {
        uint256 since = GPUS.offlineSince(gpuId);
        if (since == 0) revert TimeSlots_GpuActive(gpuId);
        uint256 refundableAt = since + MIN_OUTAGE;
        if (block.timestamp < refundableAt) revert TimeSlots_GpuBackSoon(gpuId, refundableAt);
    }

    /// @dev The first hour that isn't over, if there is one.
    function _requireRest(uint256 slotId, Slot memory slot) private view returns (uint256 fromHour) {
        fromHour = Math.max(slot.startHour, _hourNow());
        if (fromHour >= slot.endHour) revert TimeSlots_Over(slotId, slot.endHour);
    }

    /// @dev Another account's use gives way; one's own goes on.
    function _requireNotUsing(uint256 slotId, uint256 gpuId) private view {
        uint256 rentalId = rentalOf[slotId];
        if (rentalId != 0 && MARKET.runningRental(gpuId) == rentalId && MARKET.userOf(gpuId) == msg.sender) {
            revert TimeSlots_CheckedIn(slotId, rentalId);
        }
    }

    function _isOperator(uint256 poolId) private view returns (bool) {
        return OPERATORS.ownerOf(POOLS.operatorOf(poolId)) == msg.sender;
    }

    /// @dev Up to where the slot's hours are over.
    function _passedUntil(Slot memory slot) private view returns (uint256) {
        return Math.min(Math.max(_hourNow(), slot.settledHour), slot.endHour);
    }

    function _hourNow() private view returns (uint256) {
        return block.timestamp / 1 hours;
    }
}
