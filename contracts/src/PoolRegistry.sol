// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IOperatorRegistry} from "contracts/src/interfaces/IOperatorRegistry.sol";
import {IPoolRegistry} from "contracts/src/interfaces/IPoolRegistry.sol";
import {Rates, ShareRule} from "contracts/src/types/Types.sol";

/// @title Pools; see {IPoolRegistry}
contract PoolRegistry is IPoolRegistry {
    struct Pool {
        // slot 0; an operator's ids start at 1, so 0 means no pool
        uint64 operatorId;
        ShareRule shares;
        // slot 1
        bytes32 modelId;
        // slot 2
        Rates rates;
    }

    uint256 public constant MAX_TEXT_LENGTH = 64;

    IOperatorRegistry public immutable OPERATORS;

    uint256 private _poolCount;
    mapping(uint256 poolId => Pool) private _pools;

    constructor(IOperatorRegistry operators) {
        OPERATORS = operators;
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
        uint256 sumBps = uint256(shares.operatorBps) + shares.poolBps + shares.gpuBps;
        if (sumBps != 10_000) revert PoolRegistry_BadShares(sumBps);

        poolId = ++_poolCount;
        Pool storage pool = _pools[poolId];
        bytes32 modelId = keccak256(bytes(model));
        pool.operatorId = SafeCast.toUint64(operatorId);
        pool.shares = shares;
        pool.modelId = modelId;
        emit PoolCreated(poolId, operatorId, modelId, model, region, shares.operatorBps, shares.poolBps, shares.gpuBps);
        _setRates(poolId, rates);
    }

    /// @inheritdoc IPoolRegistry
    function setRates(uint256 poolId, Rates calldata rates) external {
        OPERATORS.requireOperator(operatorOf(poolId), msg.sender);
        _setRates(poolId, rates);
    }

    /// @inheritdoc IPoolRegistry
    function modelOf(uint256 poolId) external view returns (bytes32 modelId) {
        _requirePool(poolId);
        return _pools[poolId].modelId;
    }

    /// @inheritdoc IPoolRegistry
    function ratesOf(uint256 poolId) external view returns (Rates memory) {
        _requirePool(poolId);
        return _pools[poolId].rates;
    }

    /// @inheritdoc IPoolRegistry
    function sharesOf(uint256 poolId) external view returns (ShareRule memory) {
        _requirePool(poolId);
        return _pools[poolId].shares;
    }

    /// @inheritdoc IPoolRegistry
    function operatorOf(uint256 poolId) public view returns (uint256 operatorId) {
        _requirePool(poolId);
        return _pools[poolId].operatorId;
    }

    function _setRates(uint256 poolId, Rates calldata rates) private {
        if (rates.spot == 0 || rates.onDemand == 0 || rates.reserved == 0 || rates.spot > rates.onDemand) {
            revert PoolRegistry_BadRates(rates.spot, rates.onDemand, rates.reserved);
        }
        _pools[poolId].rates = rates;
        emit RatesSet(poolId, rates.spot, rates.onDemand, rates.reserved);
    }

    function _requirePool(uint256 poolId) private view {
        if (_pools[poolId].operatorId == 0) revert PoolRegistry_NoPool(poolId);
    }

    function _requireTexts(uint256 modelLength, uint256 regionLength) private pure {
        bool isModelGood = modelLength > 0 && modelLength <= MAX_TEXT_LENGTH;
        bool isRegionGood = regionLength > 0 && regionLength <= MAX_TEXT_LENGTH;
        if (!isModelGood || !isRegionGood) revert PoolRegistry_BadText(modelLength, regionLength);
    }
}
