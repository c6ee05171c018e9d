// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {EpochClock} from "contracts/src/EpochClock.sol";
import {IOperatorRegistry} from "contracts/src/interfaces/IOperatorRegistry.sol";
import {IPoolRegistry} from "contracts/src/interfaces/IPoolRegistry.sol";
import {ShareRules} from "contracts/src/libraries/ShareRules.sol";
import {TermDiscounts} from "contracts/src/libraries/TermDiscounts.sol";
import {Pricing, Rates, ShareRule, TermDiscount, Tier} from "contracts/src/types/Types.sol";

/// @title Pools; see {IPoolRegistry}
contract PoolRegistry is IPoolRegistry, EpochClock {
    using Checkpoints for Checkpoints.Trace160;

    struct Pool {
        // slot 0: all that a rental asks for; an operator's ids start at 1, so 0 means no pool
        uint64 operatorId;
        uint64 spot;
        uint64 onDemand;
        uint64 reserved;
        // slot 1
        bytes32 modelId;
        // slot 2: see {TermDiscounts}
        uint256 discounts;
        // slot 3: the first epoch of each share rule, see {ShareRules}
        Checkpoints.Trace160 shares;
    }

    uint256 public constant MAX_TEXT_LENGTH = 64;
    uint64 public constant MAX_RATE = 1e12;
    uint16 public constant MAX_DISCOUNT_BPS = 9000;
    /// epochs; beyond it a slip of the pen would freeze the shares, because none may be scheduled before the last
    uint256 public constant MAX_SCHEDULE_AHEAD = 366;

    IOperatorRegistry public immutable OPERATORS;
    /// epochs between the one in which shares are scheduled and the first in which they hold
    uint256 public immutable SHARES_NOTICE;

    uint256 private _poolCount;
    mapping(uint256 poolId => Pool) private _pools;
    mapping(uint256 poolId => Pricing) private _pricing;
    /// @dev Who held the operator's token then: a pricer must not outlive its sale.
    mapping(uint256 poolId => address) private _pricerNamedBy;

    constructor(IOperatorRegistry operators, uint64 genesisTime_, uint64 epochLength_, uint32 sharesNotice)
        EpochClock(genesisTime_, epochLength_)
    {
        if (sharesNotice == 0) revert PoolRegistry_NoNotice();
        OPERATORS = operators;
        SHARES_NOTICE = sharesNotice;
    }

    modifier onlyOperator(uint256 poolId) {
        OPERATORS.requireOperator(operatorOf(poolId), msg.sender);
        _;
    }

    /// @inheritdoc IPoolRegistry
    function createPool(
        uint256 operatorId,
        string calldata model,
        string calldata region,
        Rates calldata rates,
        ShareRule calldata shares
    ) external returns (uint256 poolId) {
        OPERATORS.requireOperator(operatorId, msg.sender);
        _requireTexts(bytes(model).length, bytes(region).length);
        _requireShares(shares);

        poolId = ++_poolCount;
        Pool storage pool = _pools[poolId];
        bytes32 modelId = keccak256(bytes(model));
        pool.operatorId = SafeCast.toUint64(operatorId);
        pool.modelId = modelId;
        pool.shares.push(SafeCast.toUint96(_currentEpoch()), ShareRules.pack(shares));
        emit PoolCreated(poolId, operatorId, modelId, model, region, shares.operatorBps, shares.poolBps, shares.gpuBps);
        _setRates(poolId, rates);
    }

    /// @inheritdoc IPoolRegistry
    function setRates(uint256 poolId, Rates calldata rates) external {
        address holder = OPERATORS.ownerOf(operatorOf(poolId));
        if (holder != msg.sender) _useDelegation(poolId, holder, rates);
        _setRates(poolId, rates);
    }

    /// @inheritdoc IPoolRegistry
    function setTermDiscounts(uint256 poolId, TermDiscount[] calldata steps) external onlyOperator(poolId) {
        if (steps.length > TermDiscounts.MAX_STEPS) revert PoolRegistry_TooManyDiscounts(steps.length);
        uint16[] memory minHours = new uint16[](steps.length);
        uint16[] memory bps = new uint16[](steps.length);
        TermDiscount memory last;
        for (uint256 i; i < steps.length; ++i) {
            TermDiscount calldata step = steps[i];
            if (step.minHours <= last.minHours || step.bps <= last.bps || step.bps > MAX_DISCOUNT_BPS) {
                revert PoolRegistry_BadDiscount(i, step.minHours, step.bps);
            }
            (minHours[i], bps[i], last) = (step.minHours, step.bps, step);
        }
        _pools[poolId].discounts = TermDiscounts.pack(steps);
        emit TermDiscountsSet(poolId, minHours, bps);
    }

    /// @inheritdoc IPoolRegistry
    function setPricer(
        uint256 poolId,
        address pricer,
        Rates calldata floor,
        Rates calldata cap,
        uint16 maxStepBps,
        uint32 minInterval
    ) external onlyOperator(poolId) {
        if (pricer == address(0)) {
            delete _pricing[poolId];
            emit PricerSet(poolId, pricer, Rates(0, 0, 0), Rates(0, 0, 0), 0, 0);
            return;
        }
        _requireRates(floor);
        _requireRates(cap);
        if (floor.spot > cap.spot || floor.onDemand > cap.onDemand || floor.reserved > cap.reserved) {
            revert PoolRegistry_BadBounds(floor, cap);
        }
        if (maxStepBps == 0 || maxStepBps > 10_000) revert PoolRegistry_BadStep(maxStepBps);

        _pricing[poolId] = Pricing(pricer, maxStepBps, minInterval, 0, floor, cap);
        _pricerNamedBy[poolId] = msg.sender;
        emit PricerSet(poolId, pricer, floor, cap, maxStepBps, minInterval);
    }

    /// @inheritdoc IPoolRegistry
    function scheduleShares(uint256 poolId, ShareRule calldata shares, uint256 effectiveEpoch)
        external
        onlyOperator(poolId)
    {
        _requireShares(shares);
        Checkpoints.Trace160 storage rules = _pools[poolId].shares;
        uint256 epoch = _currentEpoch();
        (, uint96 lastEpoch,) = rules.latestCheckpoint();
        uint256 minEpoch = Math.max(epoch + SHARES_NOTICE, lastEpoch);
        uint256 maxEpoch = epoch + SHARES_NOTICE + MAX_SCHEDULE_AHEAD;
        if (effectiveEpoch < minEpoch || effectiveEpoch > maxEpoch) {
            revert PoolRegistry_BadEffectiveEpoch(effectiveEpoch, minEpoch, maxEpoch);
        }

        rules.push(SafeCast.toUint96(effectiveEpoch), ShareRules.pack(shares));
        emit SharesScheduled(poolId, effectiveEpoch, epoch, shares.operatorBps, shares.poolBps, shares.gpuBps);
    }

    /// @inheritdoc IPoolRegistry
    function modelOf(uint256 poolId) external view returns (bytes32 modelId) {
        return _requirePool(poolId).modelId;
    }

    /// @inheritdoc IPoolRegistry
    function ratesOf(uint256 poolId) external view returns (Rates memory) {
        Pool storage pool = _requirePool(poolId);
        return Rates(pool.spot, pool.onDemand, pool.reserved);
    }

    /// @inheritdoc IPoolRegistry
    function reservedRate(uint256 poolId, uint256 hourCount) external view returns (uint64 hourlyDc) {
        Pool storage pool = _requirePool(poolId);
        uint256 bps = TermDiscounts.bpsFor(pool.discounts, hourCount);
        return SafeCast.toUint64(TermDiscounts.toDiscountedUp(pool.reserved, bps));
    }

    /// @inheritdoc IPoolRegistry
    function termDiscountsOf(uint256 poolId) external view returns (TermDiscount[] memory) {
        return TermDiscounts.unpack(_requirePool(poolId).discounts);
    }

    /// @inheritdoc IPoolRegistry
    function pricingOf(uint256 poolId) external view returns (Pricing memory pricing) {
        if (OPERATORS.ownerOf(operatorOf(poolId)) == _pricerNamedBy[poolId]) pricing = _pricing[poolId];
    }

    /// @inheritdoc IPoolRegistry
    function sharesOf(uint256 poolId) external view returns (ShareRule memory) {
        return sharesAt(poolId, _currentEpoch());
    }

    /// @inheritdoc IPoolRegistry
    function sharesAt(uint256 poolId, uint256 epoch) public view returns (ShareRule memory) {
        uint160 packed = _requirePool(poolId).shares.upperLookupRecent(SafeCast.toUint96(epoch));
        // a rule sums to 10,000, so no rule packs to 0
        if (packed == 0) revert PoolRegistry_NoSharesYet(poolId, epoch);
        return ShareRules.unpack(packed);
    }

    /// @inheritdoc IPoolRegistry
    function operatorOf(uint256 poolId) public view returns (uint256 operatorId) {
        return _requirePool(poolId).operatorId;
    }

    /// @dev The caller isn't the operator: it must be the pricer, within its bounds. Takes note of the time.
    function _useDelegation(uint256 poolId, address holder, Rates calldata rates) private {
        Pricing memory pricing = _pricing[poolId];
        bool isNamed = pricing.pricer == msg.sender && _pricerNamedBy[poolId] == holder;
        if (!isNamed) revert PoolRegistry_CannotPrice(poolId, msg.sender);
        uint256 allowedAt = uint256(pricing.pricedAt) + pricing.minInterval;
        if (block.timestamp < allowedAt) revert PoolRegistry_TooSoon(poolId, allowedAt);
        Pool storage pool = _pools[poolId];
        uint16 bps = pricing.maxStepBps;
        _requireStep(Tier.SPOT, pool.spot, rates.spot, pricing.floor.spot, pricing.cap.spot, bps);
        _requireStep(Tier.ON_DEMAND, pool.onDemand, rates.onDemand, pricing.floor.onDemand, pricing.cap.onDemand, bps);
        _requireStep(Tier.RESERVED, pool.reserved, rates.reserved, pricing.floor.reserved, pricing.cap.reserved, bps);
        _pricing[poolId].pricedAt = SafeCast.toUint40(block.timestamp);
    }

    function _setRates(uint256 poolId, Rates calldata rates) private {
        _requireRates(rates);
        Pool storage pool = _pools[poolId];
        (pool.spot, pool.onDemand, pool.reserved) = (rates.spot, rates.onDemand, rates.reserved);
        emit RatesSet(poolId, msg.sender, rates.spot, rates.onDemand, rates.reserved);
    }

    function _requirePool(uint256 poolId) private view returns (Pool storage pool) {
        pool = _pools[poolId];
        if (pool.operatorId == 0) revert PoolRegistry_NoPool(poolId);
    }

    function _requireStep(Tier tier, uint64 rateBefore, uint64 rate, uint64 floor, uint64 cap, uint16 maxStepBps)
        private
        pure
    {
        if (rate < floor || rate > cap) revert PoolRegistry_OutOfBounds(tier, rate, floor, cap);
        uint256 step = rate > rateBefore ? rate - rateBefore : rateBefore - rate;
        uint256 maxStep = uint256(rateBefore) * maxStepBps / 10_000;
        if (step > maxStep) revert PoolRegistry_StepTooLarge(tier, rateBefore, rate, maxStep);
    }

    function _requireRates(Rates calldata rates) private pure {
        bool isFree = rates.spot == 0 || rates.onDemand == 0 || rates.reserved == 0;
        // spot isn't above on-demand, so it needs no limit of its own
        bool isTooDear = rates.spot > rates.onDemand || rates.onDemand > MAX_RATE || rates.reserved > MAX_RATE;
        if (isFree || isTooDear) revert PoolRegistry_BadRates(rates.spot, rates.onDemand, rates.reserved);
    }

    function _requireShares(ShareRule calldata shares) private pure {
        uint256 sumBps = uint256(shares.operatorBps) + shares.poolBps + shares.gpuBps;
        if (sumBps != 10_000) revert PoolRegistry_BadShares(sumBps);
    }

    function _requireTexts(uint256 modelLength, uint256 regionLength) private pure {
        bool isModelGood = modelLength > 0 && modelLength <= MAX_TEXT_LENGTH;
        bool isRegionGood = regionLength > 0 && regionLength <= MAX_TEXT_LENGTH;
        if (!isModelGood || !isRegionGood) revert PoolRegistry_BadText(modelLength, regionLength);
    }
}
