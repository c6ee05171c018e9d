// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {EpochClock} from "contracts/src/EpochClock.sol";
import {IEpochRewards} from "contracts/src/interfaces/IEpochRewards.sol";
import {TallyWord} from "contracts/src/libraries/TallyWord.sol";
import {UseTally} from "contracts/src/types/Types.sol";

/// @title DC burned for use: by epoch, and by GPU and pool in the last epoch of their use; see {IEpochRewards}
/// @dev GPUs and pools each keep one word and overwrite it when the epoch moves on: a fresh word per epoch would cost each
/// first settlement 17,000 gas more twice over. What they hold of the past stands in the events of the meters.
abstract contract Tally is IEpochRewards, EpochClock, AccessManaged {
    using TallyWord for uint256;

    /// @inheritdoc IEpochRewards
    mapping(address account => bool) public override isMeter;
    mapping(uint256 epoch => uint256 word) private _inEpoch;
    mapping(uint256 gpuId => uint256 word) private _ofGpu;
    mapping(uint256 poolId => uint256 word) private _ofPool;
    bool private _hasMeters;

    /// @inheritdoc IEpochRewards
    function recordUse(uint256 gpuId, uint256 poolId, uint256 amountDc, uint256 bctEquivalent)
        external
        returns (uint256 epoch)
    {
        if (!isMeter[msg.sender]) revert EpochRewards_NotMeter(msg.sender);
        epoch = _currentEpoch();
        uint64 dc = SafeCast.toUint64(amountDc);
        _inEpoch[epoch] = _inEpoch[epoch].withUse(dc, bctEquivalent);
        _ofGpu[gpuId] = _ofGpu[gpuId].withUseIn(epoch, dc);
        _ofPool[poolId] = _ofPool[poolId].withUseIn(epoch, dc);
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
        (amountDc,) = _inEpoch[epoch].readEpoch();
    }

    /// @inheritdoc IEpochRewards
    function bctEquivalentIn(uint256 epoch) public view returns (uint256 bctAmount) {
        (, bctAmount) = _inEpoch[epoch].readEpoch();
    }

    /// @inheritdoc IEpochRewards
    function tallyOfGpu(uint256 gpuId) external view returns (UseTally memory) {
        return _ofGpu[gpuId].read();
    }

    /// @inheritdoc IEpochRewards
    function tallyOfPool(uint256 poolId) external view returns (UseTally memory) {
        return _ofPool[poolId].read();
    }
}
