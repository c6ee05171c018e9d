// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The network's clock: epochs are half-open UTC intervals of equal length, numbered from 0 at `genesisTime`
interface IEpochClock {
    /// @notice Epochs of no length, or that begin in the future.
    error EpochClock_BadEpochs(uint64 genesisTime, uint64 epochLength);

    /// @notice When epoch 0 began, seconds since 1970.
    function genesisTime() external view returns (uint64);

    /// @notice Seconds of an epoch.
    function epochLength() external view returns (uint64);

    /// @notice The epoch of a time; a boundary belongs to the later one. Reverts before `genesisTime`.
    function epochAt(uint64 timestamp) external view returns (uint256 epoch);
}
