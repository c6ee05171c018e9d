// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IDataCredits} from "contracts/src/interfaces/IDataCredits.sol";
import {IEpochRewards} from "contracts/src/interfaces/IEpochRewards.sol";
import {IGpuNFT} from "contracts/src/interfaces/IGpuNFT.sol";
import {IMarketplace} from "contracts/src/interfaces/IMarketplace.sol";
import {IPriceFeed} from "contracts/src/interfaces/IPriceFeed.sol";
import {Meter} from "contracts/src/Meter.sol";
import {Calendar} from "contracts/src/libraries/Calendar.sol";
import {RentalWords} from "contracts/src/libraries/RentalWords.sol";
import {UsageMath} from "contracts/src/libraries/UsageMath.sol";
import {EndReason, Rental, Tier} from "contracts/src/types/Types.sol";

/// @title Rentals as stored: what each owes, how it is settled, how it ends; see {IMarketplace}
/// @dev A rental is loaded from its two words once, worked on in memory, and its second word stored again.
abstract contract Rentals is IMarketplace, Meter {
    using Calendar for Calendar.Hours;
    using RentalWords for RentalWords.Words;

    IGpuNFT public immutable GPUS;

    // slot
    address public override slots;
    bool public override paused;
    uint64 private _rentalCount;
    mapping(uint256 rentalId => RentalWords.Words) private _rentals;
    /// @dev Kept when it ends: overwriting costs the next customer a quarter of a fresh word.
    mapping(uint256 gpuId => uint256 rentalId) private _lastRental;
    mapping(uint256 gpuId => Calendar.Hours) internal _calendar;

    constructor(IDataCredits credits, IEpochRewards rewards, IPriceFeed priceFeed, IGpuNFT gpus)
        Meter(credits, rewards, priceFeed)
    {
        GPUS = gpus;
    }

    /// @inheritdoc IMarketplace
    function settle(uint256 rentalId) external returns (uint256 amountDc) {
        amountDc = _settle(rentalId, PRICE_FEED.lastGoodPrice());
        if (amountDc != 0) CREDITS.burnEscrowed(amountDc);
    }

    /// @inheritdoc IMarketplace
    function settleMany(uint256[] calldata rentalIds) external returns (uint256 amountDc) {
        uint256 price = PRICE_FEED.lastGoodPrice();
        for (uint256 i; i < rentalIds.length; ++i) {
            amountDc += _settle(rentalIds[i], price);
        }
        if (amountDc != 0) CREDITS.burnEscrowed(amountDc);
    }

    /// @inheritdoc IMarketplace
    function rentalOf(uint256 rentalId) external view returns (Rental memory) {
        return _requireRental(rentalId);
    }

    /// @inheritdoc IMarketplace
    function paidUntil(uint256 rentalId) external view returns (uint64) {
        return SafeCast.toUint64(_paidUntil(_requireRental(rentalId)));
    }

    /// @inheritdoc IMarketplace
    function runningRental(uint256 gpuId) external view returns (uint256 rentalId) {
        (rentalId,) = _running(gpuId);
    }

    /// @inheritdoc IMarketplace
    function userOf(uint256 gpuId) external view returns (address user) {
        (, Rental memory rental) = _running(gpuId);
        return rental.customer;
    }

    /// @inheritdoc IMarketplace
    function userExpires(uint256 gpuId) external view returns (uint256) {
        (uint256 rentalId, Rental memory rental) = _running(gpuId);
        return rentalId == 0 ? 0 : _overAt(rental);
    }

    /// @inheritdoc IMarketplace
    function due(uint256 rentalId) external view returns (uint256 amountDc) {
        Rental memory rental = _requireRental(rentalId);
        return rental.isEnded ? 0 : _owed(rental, _usedUntil(rental)) - rental.burnedDc;
    }

    /// @inheritdoc IMarketplace
    function isBooked(uint256 gpuId, uint256 hour) external view returns (bool) {
        return _calendar[gpuId].isTaken(hour);
    }

    /// @inheritdoc IMarketplace
    function nextBooking(uint256 gpuId, uint256 fromHour) public view returns (uint256 hour) {
        return _calendar[gpuId].nextTaken(fromHour);
    }

    /// @inheritdoc IMarketplace
    function hasBookings(uint256 gpuId) external view returns (bool) {
        return nextBooking(gpuId, _hourNow()) != Calendar.NONE;
    }

    /// @dev Stores a rental, makes it the GPU's and tells of it.
    function _add(Rental memory rental) internal returns (uint256 rentalId) {
        rentalId = ++_rentalCount;
        _rentals[rentalId].store(rental);
        _lastRental[rental.gpuId] = rentalId;
        emit RentalStarted(
            rentalId,
            rental.gpuId,
            rental.customer,
            rental.tier,
            rental.poolId,
            rental.operatorId,
            rental.rateDcPerHour,
            rental.escrowDc,
            rental.startAt,
            SafeCast.toUint64(_paidUntil(rental)),
            rental.endsBy
        );
    }

    /// @dev Stores what has changed of a rental.
    function _store(uint256 rentalId, Rental memory rental) internal {
        _rentals[rentalId].storeState(rental);
    }

    /// @dev Settles, frees the hours from this one on, and returns the rest of the escrow.
    /// @param reason why it ends if it isn't over by itself
    function _end(uint256 rentalId, Rental memory rental, EndReason reason) internal {
        if (_isOver(rental)) reason = _naturalReason(rental);
        uint256 usedUntil = _usedUntil(rental);
        bool isDue = _owed(rental, usedUntil) != rental.burnedDc;
        uint256 amountDc = isDue ? _accrue(rentalId, rental, usedUntil, PRICE_FEED.lastGoodPrice()) : 0;
        rental.isEnded = true;
        _store(rentalId, rental);
        if (rental.tier == Tier.ON_DEMAND) _freeRest(rental);
        uint256 refundDc = rental.escrowDc - rental.burnedDc;
        emit RentalEnded(rentalId, rental.gpuId, reason, refundDc, SafeCast.toUint64(usedUntil));
        if (amountDc != 0) CREDITS.burnEscrowed(amountDc);
        if (refundDc != 0) CREDITS.release(rental.customer, refundDc);
    }

    /// @dev Tells, tallies and stores what is due; the caller burns the DC.
    function _settle(uint256 rentalId, uint256 price) private returns (uint256 amountDc) {
        Rental memory rental = _requireRental(rentalId);
        if (rental.isEnded) return 0;
        amountDc = _accrue(rentalId, rental, _usedUntil(rental), price);
        if (amountDc != 0) _store(rentalId, rental);
    }

    /// @dev Tells and tallies what is due and adds it to `rental`; the caller stores it and burns the DC.
    function _accrue(uint256 rentalId, Rental memory rental, uint256 toTime, uint256 price)
        private
        returns (uint256 amountDc)
    {
        amountDc = _owed(rental, toTime) - rental.burnedDc;
        if (amountDc == 0) return 0;
        uint256 fromTime = rental.settledAt;
        rental.burnedDc += SafeCast.toUint128(amountDc);
        rental.settledAt = SafeCast.toUint64(toTime);
        _tally(
            Use({
                sourceId: rentalId,
                gpuId: rental.gpuId,
                poolId: rental.poolId,
                operatorId: rental.operatorId,
                payer: rental.customer,
                amountDc: amountDc,
                fromTime: fromTime,
                toTime: toTime
            }),
            price
        );
    }

    function _requireRental(uint256 rentalId) internal view returns (Rental memory rental) {
        rental = _rentals[rentalId].load();
        if (rental.customer == address(0)) revert Marketplace_NoRental(rentalId);
    }

    /// @dev The last rental of a GPU if nobody has ended it, though it may be over; else 0.
    function _open(uint256 gpuId) internal view returns (uint256 rentalId, Rental memory rental) {
        rentalId = _lastRental[gpuId];
        if (rentalId == 0) return (0, rental);
        rental = _rentals[rentalId].load();
        if (rental.isEnded) return (0, rental);
    }

    /// @dev Over by itself: its funds or its term have passed, whether or not anyone has ended it.
    function _isOver(Rental memory rental) internal view returns (bool) {
        return block.timestamp >= _overAt(rental);
    }

    function _overAt(Rental memory rental) internal pure returns (uint256) {
        uint256 until = _paidUntil(rental);
        return rental.endsBy == 0 ? until : Math.min(until, rental.endsBy);
    }

    /// @dev A reserved rental is paid by its slot.
    function _paidUntil(Rental memory rental) internal pure returns (uint256) {
        if (rental.tier == Tier.RESERVED) return rental.endsBy;
        return rental.startAt + UsageMath.toPaidSecondsDown(rental.rateDcPerHour, rental.escrowDc);
    }

    function _hourNow() internal view returns (uint256) {
        return block.timestamp / 1 hours;
    }

    /// @dev What on-demand has booked of the hours from this one on. Those before stay as they were.
    function _freeRest(Rental memory rental) private {
        uint256 fromHour = Math.max(_hourNow(), rental.startAt / 1 hours);
        uint256 toHour = Math.ceilDiv(_paidUntil(rental), 1 hours);
        if (fromHour < toHour) _calendar[rental.gpuId].free(fromHour, toHour);
    }

    /// @dev In all since the start. Never more than the escrow: see {UsageMath}.
    function _owed(Rental memory rental, uint256 usedUntil) private pure returns (uint256) {
        return UsageMath.toOwedDcUp(rental.rateDcPerHour, usedUntil - rental.startAt);
    }

    /// @dev The time up to which an unended rental has been used.
    function _usedUntil(Rental memory rental) private view returns (uint256) {
        return Math.min(block.timestamp, _overAt(rental));
    }

    function _running(uint256 gpuId) private view returns (uint256 rentalId, Rental memory rental) {
        (rentalId, rental) = _open(gpuId);
        if (rentalId == 0 || _isOver(rental)) {
            Rental memory none;
            return (0, none);
        }
    }

    /// @dev Why a rental that is over by itself is over.
    function _naturalReason(Rental memory rental) private pure returns (EndReason) {
        if (rental.tier == Tier.RESERVED) return EndReason.TERM;
        return rental.endsBy != 0 && rental.endsBy < _paidUntil(rental) ? EndReason.PREEMPTED : EndReason.FUNDS;
    }
}
