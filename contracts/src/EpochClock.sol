// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEpochClock} from "contracts/src/interfaces/IEpochClock.sol";
import {EpochMath} from "contracts/src/libraries/EpochMath.sol";

/// @title The network's clock; see {IEpochClock}
abstract contract EpochClock is IEpochClock {
    uint64 public immutable override genesisTime;
    uint64 public immutable override epochLength;

    constructor(uint64 genesisTime_, uint64 epochLength_) {
        if (epochLength_ == 0 || genesisTime_ > block.timestamp) {
            revert EpochClock_BadEpochs(genesisTime_, epochLength_);
        }
        genesisTime = genesisTime_;
        epochLength = epochLength_;
    }

    /// @inheritdoc IEpochClock
    function epochAt(uint64 timestamp) external view returns (uint256 epoch) {
        return EpochMath.epochOf(timestamp, genesisTime, epochLength);
    }

    function _currentEpoch() internal view returns (uint256) {
        return EpochMath.epochOf(block.timestamp, genesisTime, epochLength);
    }
}
