// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Epochs: half-open UTC intervals of equal length, numbered from 0 at `genesisTime`
library EpochMath {
    /// @notice A time before epoch 0.
    error EpochMath_BeforeGenesis(uint256 timestamp, uint256 genesisTime);

    /// @notice The epoch that holds `timestamp`: `[start, end)`, so that a boundary belongs to the later one.
    function epochOf(uint256 timestamp, uint256 genesisTime, uint256 epochLength) internal pure returns (uint256) {
        if (timestamp < genesisTime) revert EpochMath_BeforeGenesis(timestamp, genesisTime);
        return (timestamp - genesisTime) / epochLength;
    }
}
