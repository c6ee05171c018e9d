// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Rates, ShareRule} from "contracts/src/types/Types.sol";

/// @title Pools: GPUs of one model under one operator, one price list and one share rule
/// @notice Rates and shares are public before anyone joins.
interface IPoolRegistry {
    /// @notice A pool came to be, with the share rule in force from its start.
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
    event RatesSet(uint256 indexed poolId, uint64 spot, uint64 onDemand, uint64 reserved);

    /// @notice No such pool.
    error PoolRegistry_NoPool(uint256 poolId);
    /// @notice The shares don't sum to 10,000 basis points.
    error PoolRegistry_BadShares(uint256 sumBps);
    /// @notice A rate is zero, or spot costs more than on-demand.
    error PoolRegistry_BadRates(uint64 spot, uint64 onDemand, uint64 reserved);
    /// @notice Model and region must have 1 to 64 bytes.
    error PoolRegistry_BadText(uint256 modelLength, uint256 regionLength);

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

    /// @notice Changes the rates for rentals that start from now on. By the operator.
    function setRates(uint256 poolId, Rates calldata rates) external;

    /// @notice The operator of a pool. Reverts if there is no such pool.
    function operatorOf(uint256 poolId) external view returns (uint256 operatorId);

    /// @notice keccak256 of the pool's model.
    function modelOf(uint256 poolId) external view returns (bytes32 modelId);

    /// @notice The rates for a rental that starts now.
    function ratesOf(uint256 poolId) external view returns (Rates memory);

    /// @notice The share rule in force.
    function sharesOf(uint256 poolId) external view returns (ShareRule memory);
}
