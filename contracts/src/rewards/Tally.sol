// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {EpochClock} from "contracts/src/EpochClock.sol";
import {IEpochRewards} from "contracts/src/interfaces/IEpochRewards.sol";
import {UseTally} from "contracts/src/types/Types.sol";

/// @title DC burned for use: by epoch, and by GPU and pool in the last epoch of their use; see {IEpochRewards}
/// @dev GPUs and pools each keep one word and overwrite it when the epoch moves on: a fresh word per epoch would cost each
/// first settlement 17,000 gas more twice over. What they hold of the past stands in the events of the meters.
abstract contract Tally is IEpochRewards, EpochClock, AccessManaged {
    /// @dev One word.
    struct EpochTally {
        uint128 dc;
        uint128 bctEquivalent;
    }

    /// @inheritdoc IEpochRewards
    mapping(address account => bool) public override isMeter;
    mapping(uint256 epoch => EpochTally) private _inEpoch;
    mapping(uint256 gpuId => UseTally) private _ofGpu;
    mapping(uint256 poolId => UseTally) private _ofPool;
    bool private _hasMeters;

    /// @inheritdoc IEpochRewards
    function recordUse(uint256 gpuId, uint256 poolId, uint256 amountDc, uint256 bctEquivalent)
        external
        returns (uint256 epoch)
    {
        if (!isMeter[msg.sender]) revert EpochRewards_NotMeter(msg.sender);
        epoch = _currentEpoch();
        EpochTally memory tally = _inEpoch[epoch];
        tally.dc += SafeCast.toUint128(amountDc);
        tally.bctEquivalent += SafeCast.toUint128(bctEquivalent);
        _inEpoch[epoch] = tally;
        _add(_ofGpu[gpuId], epoch, amountDc);
        _add(_ofPool[poolId], epoch, amountDc);
    }

    /// @inheritdoc IEpochRewards
    function setMeters(address market, address slots) external restricted {
        if (_hasMeters) revert EpochRewards_MetersSet();
        if (market == address(0) || slots == address(0)) revert EpochRewards_BadMeters(market, slots);
        _hasMeters = true;
        isMeter[market] = true;
        isMeter[slots] = true;
        emit MetersSet(market, slots);
    }

    /// @inheritdoc IEpochRewards
    function burnedIn(uint256 epoch) public view returns (uint256 amountDc) {
        return _inEpoch[epoch].dc;
    }

    /// @inheritdoc IEpochRewards
    function bctEquivalentIn(uint256 epoch) public view returns (uint256 bctAmount) {
        return _inEpoch[epoch].bctEquivalent;
    }

    /// @inheritdoc IEpochRewards
    function tallyOfGpu(uint256 gpuId) external view returns (UseTally memory) {
        return _ofGpu[gpuId];
    }

    /// @inheritdoc IEpochRewards
    function tallyOfPool(uint256 poolId) external view returns (UseTally memory) {
        return _ofPool[poolId];
    }

    function _add(UseTally storage stored, uint256 epoch, uint256 amountDc) private {
        UseTally memory tally = stored;
        uint112 dc = SafeCast.toUint112(amountDc);
        tally.inEpochDc = tally.epoch == epoch ? tally.inEpochDc + dc : dc;
        tally.epoch = SafeCast.toUint32(epoch);
        tally.lifetimeDc += dc;
        stored.epoch = tally.epoch;
        stored.inEpochDc = tally.inEpochDc;
        stored.lifetimeDc = tally.lifetimeDc;
    }
}
