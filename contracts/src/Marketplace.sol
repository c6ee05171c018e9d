// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IDataCredits} from "contracts/src/interfaces/IDataCredits.sol";
import {IGpuNFT} from "contracts/src/interfaces/IGpuNFT.sol";
import {IMarketplace} from "contracts/src/interfaces/IMarketplace.sol";
import {IPoolRegistry} from "contracts/src/interfaces/IPoolRegistry.sol";
import {IPriceFeed} from "contracts/src/interfaces/IPriceFeed.sol";
import {Conversion} from "contracts/src/libraries/Conversion.sol";
import {EpochMath} from "contracts/src/libraries/EpochMath.sol";
import {UsageMath} from "contracts/src/libraries/UsageMath.sol";
import {EndReason, GpuStatus, Rental, Tier} from "contracts/src/types/Types.sol";

/// @title The market; see {IMarketplace}
/// @dev Calls out only to contracts of the network, fixed at deployment, none of which calls back or hands control to a
/// stranger; so there is no guard against reentrancy.
contract Marketplace is IMarketplace, AccessManaged {
    uint256 public constant MAX_AHEAD = 7 days;
    /// the shortest use that an escrow must pay for, seconds
    uint256 public constant MIN_DURATION = 60;

    IDataCredits public immutable CREDITS;
    IGpuNFT public immutable GPUS;
    IPoolRegistry public immutable POOLS;
    IPriceFeed public immutable PRICE_FEED;
    uint64 private immutable GENESIS_TIME;
    uint64 private immutable EPOCH_LENGTH;

    // slot
    bool public override paused;
    uint64 private _rentalCount;
    mapping(uint256 rentalId => Rental) private _rentals;
    /// @dev The last rental of a GPU that nobody has ended. Its funds may have run out: see `runningRental`.
    mapping(uint256 gpuId => uint256 rentalId) private _openRental;

    /// @inheritdoc IMarketplace
    mapping(uint256 epoch => uint256 amountDc) public override burnedIn;
    /// @inheritdoc IMarketplace
    mapping(uint256 epoch => mapping(uint256 poolId => uint256 amountDc)) public override burnedInByPool;
    /// @inheritdoc IMarketplace
    mapping(uint256 epoch => mapping(uint256 gpuId => uint256 amountDc)) public override burnedInByGpu;

    constructor(
        address manager,
        IDataCredits credits,
        IGpuNFT gpus,
        IPoolRegistry pools,
        IPriceFeed priceFeed,
        uint64 genesisTime_,
        uint64 epochLength_
    ) AccessManaged(manager) {
        if (epochLength_ == 0 || genesisTime_ > block.timestamp) {
            revert Marketplace_BadEpochs(genesisTime_, epochLength_);
        }
        CREDITS = credits;
        GPUS = gpus;
        POOLS = pools;
        PRICE_FEED = priceFeed;
        GENESIS_TIME = genesisTime_;
        EPOCH_LENGTH = epochLength_;
    }

    /// @inheritdoc IMarketplace
    function rentOnDemand(uint256 gpuId, uint256 escrowDc, uint64 maxRateDcPerHour)
        external
        returns (uint256 rentalId)
    {
        return _rent(msg.sender, gpuId, escrowDc, maxRateDcPerHour);
    }

    /// @inheritdoc IMarketplace
    function rentOnDemandFor(address customer, uint256 gpuId, uint256 escrowDc, uint64 maxRateDcPerHour)
        external
        returns (uint256 rentalId)
    {
        return _rent(customer, gpuId, escrowDc, maxRateDcPerHour);
    }

    /// @inheritdoc IMarketplace
    function topUp(uint256 rentalId, uint256 amountDc) external {
        Rental storage rental = _requireRental(rentalId);
        if (!_isRunning(rental)) revert Marketplace_Ended(rentalId);
        if (amountDc == 0) revert Marketplace_ZeroAmount();
        uint256 escrowDc = Math.saturatingAdd(rental.escrowDc, amountDc);
        uint64 until = _requirePaidUntil(rental.startAt, rental.rateDcPerHour, escrowDc);

        rental.escrowDc = SafeCast.toUint128(escrowDc);
        emit RentalToppedUp(rentalId, msg.sender, amountDc, until);
        CREDITS.escrow(msg.sender, msg.sender, amountDc);
    }

    /// @inheritdoc IMarketplace
    function end(uint256 rentalId) external {
        Rental storage rental = _requireRental(rentalId);
        if (rental.isEnded) revert Marketplace_Ended(rentalId);
        if (_isRunning(rental) && msg.sender != rental.customer) revert Marketplace_NotCustomer(rentalId, msg.sender);
        _end(rentalId, rental, EndReason.CUSTOMER);
    }

    /// @inheritdoc IMarketplace
    function onGpuInactive(uint256 gpuId) external {
        if (msg.sender != address(GPUS)) revert Marketplace_NotGpuNFT(msg.sender);
        uint256 rentalId = _openRental[gpuId];
        if (rentalId != 0) _end(rentalId, _rentals[rentalId], EndReason.GPU_OFFLINE);
    }

    /// @inheritdoc IMarketplace
    function hasBookings(uint256) external pure returns (bool) {
        return false;
    }

    /// @inheritdoc IMarketplace
    function settle(uint256 rentalId) public returns (uint256 amountDc) {
        return _settle(rentalId, _requireRental(rentalId));
    }

    /// @inheritdoc IMarketplace
    function settleMany(uint256[] calldata rentalIds) external {
        for (uint256 i; i < rentalIds.length; ++i) {
            settle(rentalIds[i]);
        }
    }

    /// @inheritdoc IMarketplace
    function setPaused(bool isPaused) external restricted {
        paused = isPaused;
        emit IntakePaused(isPaused);
    }

    /// @inheritdoc IMarketplace
    function rentalOf(uint256 rentalId) external view returns (Rental memory) {
        return _requireRental(rentalId);
    }

    /// @inheritdoc IMarketplace
    function paidUntil(uint256 rentalId) external view returns (uint64) {
        return _paidUntil(_requireRental(rentalId));
    }

    /// @inheritdoc IMarketplace
    function runningRental(uint256 gpuId) external view returns (uint256 rentalId) {
        rentalId = _openRental[gpuId];
        if (rentalId != 0 && !_isRunning(_rentals[rentalId])) return 0;
    }

    /// @inheritdoc IMarketplace
    function due(uint256 rentalId) external view returns (uint256 amountDc) {
        return _due(_requireRental(rentalId));
    }

    /// @inheritdoc IMarketplace
    function epochAt(uint64 timestamp) external view returns (uint256 epoch) {
        return EpochMath.epochOf(timestamp, GENESIS_TIME, EPOCH_LENGTH);
    }

    /// @inheritdoc IMarketplace
    function genesisTime() external view returns (uint64) {
        return GENESIS_TIME;
    }

    /// @inheritdoc IMarketplace
    function epochLength() external view returns (uint64) {
        return EPOCH_LENGTH;
    }

    /// @dev The escrow is the customer's: {IDataCredits} refuses a caller that the customer hasn't named.
    function _rent(address customer, uint256 gpuId, uint256 escrowDc, uint64 maxRateDcPerHour)
        private
        returns (uint256 rentalId)
    {
        if (paused) revert Marketplace_Paused();
        if (GPUS.statusOf(gpuId) != GpuStatus.ACTIVE) revert Marketplace_GpuNotActive(gpuId);
        uint256 poolId = GPUS.poolOf(gpuId);
        uint64 rate = POOLS.ratesOf(poolId).onDemand;
        if (rate > maxRateDcPerHour) revert Marketplace_RateAboveMax(rate, maxRateDcPerHour);
        uint256 minEscrowDc = UsageMath.toOwedDcUp(rate, MIN_DURATION);
        if (escrowDc < minEscrowDc) revert Marketplace_TooShort(escrowDc, minEscrowDc);
        uint64 start = uint64(block.timestamp);
        uint64 until = _requirePaidUntil(start, rate, escrowDc);
        _freeGpu(gpuId);

        rentalId = ++_rentalCount;
        _openRental[gpuId] = rentalId;
        _rentals[rentalId] = Rental({
            customer: customer,
            rateDcPerHour: rate,
            tier: Tier.ON_DEMAND,
            isEnded: false,
            gpuId: SafeCast.toUint64(gpuId),
            poolId: SafeCast.toUint64(poolId),
            startAt: start,
            settledAt: start,
            escrowDc: SafeCast.toUint128(escrowDc),
            burnedDc: 0
        });
        emit RentalStarted(
            rentalId, gpuId, customer, Tier.ON_DEMAND, poolId, POOLS.operatorOf(poolId), rate, escrowDc, start, until
        );
        CREDITS.escrow(customer, msg.sender, escrowDc);
    }

    /// @dev Makes room for a new rental: refuses while one runs, finalises one whose funds ran out.
    function _freeGpu(uint256 gpuId) private {
        uint256 rentalId = _openRental[gpuId];
        if (rentalId == 0) return;
        Rental storage rental = _rentals[rentalId];
        if (_isRunning(rental)) revert Marketplace_GpuBusy(gpuId, rentalId);
        _end(rentalId, rental, EndReason.FUNDS);
    }

    /// @param reason why it ends if its funds haven't run out
    function _end(uint256 rentalId, Rental storage rental, EndReason reason) private {
        if (!_isRunning(rental)) reason = EndReason.FUNDS;
        _settle(rentalId, rental);
        rental.isEnded = true;
        delete _openRental[rental.gpuId];
        uint256 refundDc = rental.escrowDc - rental.burnedDc;
        emit RentalEnded(rentalId, rental.gpuId, reason, refundDc, _usedUntil(rental));
        if (refundDc != 0) CREDITS.release(rental.customer, refundDc);
    }

    function _settle(uint256 rentalId, Rental storage rental) private returns (uint256 amountDc) {
        amountDc = _due(rental);
        if (amountDc == 0) return 0;
        uint64 fromTime = rental.settledAt;
        uint64 toTime = _usedUntil(rental);
        rental.burnedDc += SafeCast.toUint128(amountDc);
        rental.settledAt = toTime;
        _tally(rentalId, rental, amountDc, fromTime, toTime);
        CREDITS.burnEscrowed(rental.customer, amountDc);
    }

    function _tally(uint256 rentalId, Rental storage rental, uint256 amountDc, uint64 fromTime, uint64 toTime) private {
        uint256 poolId = rental.poolId;
        uint256 gpuId = rental.gpuId;
        uint256 epoch = EpochMath.epochOf(block.timestamp, GENESIS_TIME, EPOCH_LENGTH);
        burnedIn[epoch] += amountDc;
        burnedInByPool[epoch][poolId] += amountDc;
        burnedInByGpu[epoch][gpuId] += amountDc;
        emit UsageSettled(
            rentalId,
            gpuId,
            poolId,
            POOLS.operatorOf(poolId),
            rental.customer,
            amountDc,
            Conversion.toBctDown(amountDc, PRICE_FEED.lastGoodPrice()),
            fromTime,
            toTime,
            epoch
        );
    }

    /// @dev When the escrow runs out, if that isn't too far ahead.
    function _requirePaidUntil(uint64 start, uint64 rate, uint256 escrowDc) private view returns (uint64) {
        uint256 until = Math.saturatingAdd(start, UsageMath.toPaidSecondsDown(rate, escrowDc));
        uint256 maxUntil = block.timestamp + MAX_AHEAD;
        if (until > maxUntil) revert Marketplace_TooFarAhead(until, maxUntil);
        return SafeCast.toUint64(until);
    }

    function _requireRental(uint256 rentalId) private view returns (Rental storage rental) {
        rental = _rentals[rentalId];
        if (rental.customer == address(0)) revert Marketplace_NoRental(rentalId);
    }

    /// @dev Never more than the escrow: see {UsageMath}.
    function _due(Rental storage rental) private view returns (uint256) {
        if (rental.isEnded) return 0;
        return UsageMath.toOwedDcUp(rental.rateDcPerHour, _usedUntil(rental) - rental.startAt) - rental.burnedDc;
    }

    function _isRunning(Rental storage rental) private view returns (bool) {
        return !rental.isEnded && block.timestamp < _paidUntil(rental);
    }

    /// @dev The time up to which an unended rental has been used.
    function _usedUntil(Rental storage rental) private view returns (uint64) {
        return uint64(Math.min(block.timestamp, _paidUntil(rental)));
    }

    /// @dev Fits: it was checked to lie at most `MAX_AHEAD` after some block.
    function _paidUntil(Rental storage rental) private view returns (uint64) {
        return rental.startAt + uint64(UsageMath.toPaidSecondsDown(rental.rateDcPerHour, rental.escrowDc));
    }
}
