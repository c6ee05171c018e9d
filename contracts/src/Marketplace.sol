// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IDataCredits} from "contracts/src/interfaces/IDataCredits.sol";
import {IEpochRewards} from "contracts/src/interfaces/IEpochRewards.sol";
import {IGpuNFT} from "contracts/src/interfaces/IGpuNFT.sol";
import {IMarketplace} from "contracts/src/interfaces/IMarketplace.sol";
import {IPoolRegistry} from "contracts/src/interfaces/IPoolRegistry.sol";
import {IPriceFeed} from "contracts/src/interfaces/IPriceFeed.sol";
import {Rentals} from "contracts/src/Rentals.sol";
import {Calendar} from "contracts/src/libraries/Calendar.sol";
import {UsageMath} from "contracts/src/libraries/UsageMath.sol";
import {EndReason, GpuStatus, Rates, Rental, Tier} from "contracts/src/types/Types.sol";

/// @title The market; see {IMarketplace}
/// @dev Calls out only to contracts of the network, fixed at deployment, none of which hands control to a stranger; so
/// there is no guard against reentrancy.
contract Marketplace is Rentals, AccessManaged {
    using Calendar for Calendar.Hours;
    using SafeCast for uint256;

    uint256 public constant MAX_AHEAD = 7 days;
    /// the shortest use that an escrow must pay for, seconds
    uint256 public constant MIN_DURATION = 60;
    /// how far ahead a booking preempts a running spot rental, seconds
    uint256 public constant SPOT_NOTICE = 120;

    IPoolRegistry public immutable POOLS;

    constructor(
        address manager,
        IDataCredits credits,
        IEpochRewards rewards,
        IPriceFeed priceFeed,
        IGpuNFT gpus,
        IPoolRegistry pools
    ) Rentals(credits, rewards, priceFeed, gpus) AccessManaged(manager) {
        POOLS = pools;
    }

    modifier onlySlots() {
        _requireSlots();
        _;
    }

    /// @inheritdoc IMarketplace
    function rentOnDemand(uint256 gpuId, uint256 escrowDc, uint64 maxRateDcPerHour)
        external
        returns (uint256 rentalId)
    {
        return _rent(Tier.ON_DEMAND, msg.sender, gpuId, escrowDc, maxRateDcPerHour);
    }

    /// @inheritdoc IMarketplace
    function rentOnDemandFor(address customer, uint256 gpuId, uint256 escrowDc, uint64 maxRateDcPerHour)
        external
        returns (uint256 rentalId)
    {
        return _rent(Tier.ON_DEMAND, customer, gpuId, escrowDc, maxRateDcPerHour);
    }

    /// @inheritdoc IMarketplace
    function rentSpot(uint256 gpuId, uint256 escrowDc, uint64 maxRateDcPerHour) external returns (uint256 rentalId) {
        return _rent(Tier.SPOT, msg.sender, gpuId, escrowDc, maxRateDcPerHour);
    }

    /// @inheritdoc IMarketplace
    function rentSpotFor(address customer, uint256 gpuId, uint256 escrowDc, uint64 maxRateDcPerHour)
        external
        returns (uint256 rentalId)
    {
        return _rent(Tier.SPOT, customer, gpuId, escrowDc, maxRateDcPerHour);
    }

    /// @inheritdoc IMarketplace
    function topUp(uint256 rentalId, uint256 amountDc) external {
        Rental memory rental = _requireRental(rentalId);
        if (rental.isEnded || _isOver(rental)) revert Marketplace_Ended(rentalId);
        if (rental.tier == Tier.RESERVED) revert Marketplace_PaidBySlot(rentalId);
        if (amountDc == 0) revert Marketplace_ZeroAmount();
        uint256 escrowDc = Math.saturatingAdd(rental.escrowDc, amountDc);
        uint256 until = _requirePaidUntil(rental.startAt, rental.rateDcPerHour, escrowDc);

        if (rental.tier == Tier.ON_DEMAND) {
            (,,, uint64 exitAt) = GPUS.stateOf(rental.gpuId);
            _book(rental.gpuId, Math.ceilDiv(_paidUntil(rental), 1 hours), until, exitAt);
        }
        rental.escrowDc = escrowDc.toUint128();
        _store(rentalId, rental);
        emit RentalToppedUp(rentalId, msg.sender, amountDc, until.toUint64());
        CREDITS.escrow(msg.sender, msg.sender, amountDc);
    }

    /// @inheritdoc IMarketplace
    function end(uint256 rentalId) external {
        Rental memory rental = _requireRental(rentalId);
        if (rental.isEnded) revert Marketplace_Ended(rentalId);
        if (!_isOver(rental) && msg.sender != rental.customer) revert Marketplace_NotCustomer(rentalId, msg.sender);
        _end(rentalId, rental, EndReason.CUSTOMER);
    }

    /// @inheritdoc IMarketplace
    function onGpuInactive(uint256 gpuId) external {
        if (msg.sender != address(GPUS)) revert Marketplace_NotGpuNFT(msg.sender);
        (uint256 rentalId, Rental memory rental) = _open(gpuId);
        if (rentalId != 0) _end(rentalId, rental, EndReason.GPU_OFFLINE);
    }

    /// @inheritdoc IMarketplace
    function bookSlot(uint256 gpuId, uint256 fromHour, uint256 toHour, uint256 slotId) external onlySlots {
        if (paused) revert Marketplace_Paused();
        _bookSlot(gpuId, fromHour, toHour, slotId);
    }

    /// @inheritdoc IMarketplace
    function moveSlot(uint256 fromGpuId, uint256 toGpuId, uint256 fromHour, uint256 toHour, uint256 slotId)
        external
        onlySlots
    {
        _calendar[fromGpuId].free(fromHour, toHour);
        _bookSlot(toGpuId, fromHour, toHour, slotId);
    }

    /// @inheritdoc IMarketplace
    function freeSlot(uint256 gpuId, uint256 fromHour, uint256 toHour) external onlySlots {
        _calendar[gpuId].free(fromHour, toHour);
    }

    /// @inheritdoc IMarketplace
    function startReserved(uint256 gpuId, address customer, uint64 endsBy)
        external
        onlySlots
        returns (uint256 rentalId)
    {
        (Rental memory rental,) = _newRental(Tier.RESERVED, customer, gpuId);
        rental.endsBy = endsBy;
        _requireIdle(gpuId);
        return _add(rental);
    }

    /// @inheritdoc IMarketplace
    function setReservedEnd(uint256 rentalId, uint64 endsBy) external onlySlots {
        Rental memory rental = _requireRental(rentalId);
        if (rental.isEnded || _isOver(rental)) return;
        rental.endsBy = endsBy;
        _store(rentalId, rental);
        emit ReservedEndSet(rentalId, endsBy);
    }

    /// @inheritdoc IMarketplace
    function endReserved(uint256 rentalId) external onlySlots {
        Rental memory rental = _requireRental(rentalId);
        if (!rental.isEnded) _end(rentalId, rental, EndReason.SLOT);
    }

    /// @inheritdoc IMarketplace
    function setSlots(address slots_) external restricted {
        if (slots != address(0)) revert Marketplace_SlotsSet(slots);
        slots = slots_;
        emit SlotsSet(slots_);
    }

    /// @inheritdoc IMarketplace
    function setPaused(bool isPaused) external restricted {
        paused = isPaused;
        emit IntakePaused(isPaused);
    }

    /// @dev The escrow is the customer's: {IDataCredits} refuses a caller that the customer hasn't named.
    function _rent(Tier tier, address customer, uint256 gpuId, uint256 escrowDc, uint64 maxRateDcPerHour)
        private
        returns (uint256 rentalId)
    {
        if (paused) revert Marketplace_Paused();
        (Rental memory rental, uint64 exitAt) = _newRental(tier, customer, gpuId);
        rental.rateDcPerHour = _requireRate(tier, rental.poolId, maxRateDcPerHour);
        uint256 until = _requireFunds(rental.rateDcPerHour, escrowDc);
        rental.escrowDc = escrowDc.toUint128();
        _requireIdle(gpuId);

        if (tier == Tier.SPOT) rental.endsBy = _requireFreeUntil(gpuId, exitAt);
        else _book(gpuId, _hourNow(), until, exitAt);
        rentalId = _add(rental);
        CREDITS.escrow(customer, msg.sender, escrowDc);
    }

    /// @dev Makes room for a new rental: refuses while one runs, finalises one that is over.
    function _requireIdle(uint256 gpuId) private {
        (uint256 rentalId, Rental memory rental) = _open(gpuId);
        if (rentalId == 0) return;
        if (!_isOver(rental)) revert Marketplace_GpuBusy(gpuId, rentalId);
        _end(rentalId, rental, EndReason.FUNDS);
    }

    /// @dev Books what on-demand needs from `fromHour` up to a time.
    function _book(uint256 gpuId, uint256 fromHour, uint256 until, uint64 exitAt) private {
        if (exitAt != 0 && until > exitAt) revert Marketplace_GpuLeaving(gpuId, exitAt, until);
        uint256 toHour = Math.ceilDiv(until, 1 hours);
        if (fromHour < toHour) _bookFree(gpuId, fromHour, toHour);
    }

    function _bookFree(uint256 gpuId, uint256 fromHour, uint256 toHour) private {
        uint256 taken = _calendar[gpuId].book(fromHour, toHour);
        if (taken != Calendar.NONE) revert Marketplace_HoursTaken(gpuId, taken);
    }

    /// @dev A rental that is over may hold the hour that runs until somebody ends it; a running spot rental gives way.
    function _bookSlot(uint256 gpuId, uint256 fromHour, uint256 toHour, uint256 slotId) private {
        (uint256 rentalId, Rental memory rental) = _open(gpuId);
        if (rentalId != 0) {
            bool isOver = _isOver(rental);
            if (isOver && fromHour == _hourNow()) _end(rentalId, rental, EndReason.FUNDS);
            if (!isOver && rental.tier == Tier.SPOT) _preempt(rentalId, rental, fromHour * 1 hours, slotId);
        }
        _bookFree(gpuId, fromHour, toHour);
    }

    /// @dev Also where the funds end before the booking begins: they may be topped up.
    function _preempt(uint256 rentalId, Rental memory rental, uint256 endsBy, uint256 slotId) private {
        if (rental.endsBy != 0 && endsBy >= rental.endsBy) return;
        uint256 earliest = block.timestamp + SPOT_NOTICE;
        if (endsBy < earliest && endsBy < _overAt(rental)) {
            revert Marketplace_SpotNotice(rental.gpuId, rentalId, earliest);
        }
        rental.endsBy = endsBy.toUint64();
        _store(rentalId, rental);
        emit SpotPreemptionNotice(rentalId, endsBy.toUint64(), slotId);
    }

    /// @dev Spot runs in free hours, up to the next booking or the GPU's exit.
    function _requireFreeUntil(uint256 gpuId, uint64 exitAt) private view returns (uint64 endsBy) {
        uint256 hour = nextBooking(gpuId, _hourNow());
        if (hour == _hourNow()) revert Marketplace_HoursTaken(gpuId, hour);
        endsBy = exitAt;
        if (hour != Calendar.NONE && (exitAt == 0 || hour * 1 hours < exitAt)) endsBy = (hour * 1 hours).toUint64();
        if (endsBy != 0 && endsBy < block.timestamp + MIN_DURATION) revert Marketplace_BookedSoon(gpuId, endsBy);
    }

    function _requireRate(Tier tier, uint256 poolId, uint64 maxRateDcPerHour) private view returns (uint64 rate) {
        Rates memory rates = POOLS.ratesOf(poolId);
        rate = tier == Tier.SPOT ? rates.spot : rates.onDemand;
        if (rate > maxRateDcPerHour) revert Marketplace_RateAboveMax(rate, maxRateDcPerHour);
    }

    function _requireFunds(uint64 rate, uint256 escrowDc) private view returns (uint256 until) {
        uint256 minEscrowDc = UsageMath.toOwedDcUp(rate, MIN_DURATION);
        if (escrowDc < minEscrowDc) revert Marketplace_TooShort(escrowDc, minEscrowDc);
        return _requirePaidUntil(block.timestamp, rate, escrowDc);
    }

    /// @dev When the escrow runs out, if that isn't too far ahead.
    function _requirePaidUntil(uint256 start, uint256 rate, uint256 escrowDc) private view returns (uint256 until) {
        until = Math.saturatingAdd(start, UsageMath.toPaidSecondsDown(rate, escrowDc));
        uint256 maxUntil = block.timestamp + MAX_AHEAD;
        if (until > maxUntil) revert Marketplace_TooFarAhead(until, maxUntil);
    }

    /// @dev A rental that starts now on an ACTIVE GPU, without rate and funds; and when its GPU leaves its pool.
    function _newRental(Tier tier, address customer, uint256 gpuId)
        private
        view
        returns (Rental memory rental, uint64 exitAt)
    {
        GpuStatus status;
        uint256 poolId;
        uint256 operatorId;
        (status, poolId, operatorId, exitAt) = GPUS.stateOf(gpuId);
        if (status != GpuStatus.ACTIVE) revert Marketplace_GpuNotActive(gpuId);
        rental.customer = customer;
        rental.tier = tier;
        rental.gpuId = gpuId.toUint64();
        rental.poolId = poolId.toUint64();
        rental.operatorId = operatorId.toUint64();
        rental.startAt = uint64(block.timestamp);
        rental.settledAt = uint64(block.timestamp);
    }

    function _requireSlots() private view {
        if (msg.sender != slots) revert Marketplace_NotSlots(msg.sender);
    }
}
