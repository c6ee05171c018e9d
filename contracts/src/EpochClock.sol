// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEpochClock} from "contracts/src/interfaces/IEpochClock.sol";
import {EpochMath} from "contracts/src/libraries/EpochMath.sol";

/// @title What knows the epoch; see {IEpochClock}
abstract contract EpochClock is IEpochClock {
    uint64 private immutable GENESIS_TIME;
    uint64 private immutable EPOCH_LENGTH;

    constructor(uint64 genesisTime_, uint64 epochLength_) {
        if (epochLength_ == 0 || genesisTime_ > block.timestamp) {
            revert EpochClock_BadEpochs(genesisTime_, epochLength_);
        }
        GENESIS_TIME = genesisTime_;
        EPOCH_LENGTH = epochLength_;
    }

    /// @inheritdoc IEpochClock
    function genesisTime() external view returns (uint64) {
        return GENESIS_TIME;
    }

    /// @inheritdoc IEpochClock
    function epochLength() external view returns (uint64) {
        return EPOCH_LENGTH;
    }

    /// @inheritdoc IEpochClock
    function epochAt(uint64 timestamp) external view returns (uint256 epoch) {
        return EpochMath.epochOf(timestamp, GENESIS_TIME, EPOCH_LENGTH);
    }

    function _currentEpoch() internal view returns (uint256 epoch) {
        return EpochMath.epochOf(block.timestamp, GENESIS_TIME, EPOCH_LENGTH);
    }

    /// @dev The first second after an epoch.
    function _endOf(uint256 epoch) internal view returns (uint256 timestamp) {
        return GENESIS_TIME + (epoch + 1) * EPOCH_LENGTH;
    }
}
