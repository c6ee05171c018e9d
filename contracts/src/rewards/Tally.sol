// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {EpochClock} from "contracts/src/EpochClock.sol";
import {IEpochRewards} from "contracts/src/interfaces/IEpochRewards.sol";
import {UseTallies} from "contracts/src/libraries/UseTallies.sol";
import {UseTally} from "contracts/src/types/Types.sol";

/// @title DC burned for use: by epoch, and by GPU and pool in the last epoch of their use; see {IEpochRewards}
/// @dev GPUs and pools each keep one word and overwrite it when the epoch moves on: a fresh word per epoch would cost each
/// first settlement 17,000 gas more twice over. What they hold of the past stands in the events of the meters.
abstract contract Tally is IEpochRewards, EpochClock, AccessManaged {
    using UseTallies for uint256;

    /// @inheritdoc IEpochRewards
    mapping(address account => bool) public override isMeter;
    /// @dev DC in the low half, their worth in BCT in the high half.
    mapping(uint256 epoch => uint256 dcAndBct) private _inEpoch;
    /// @dev See {UseTallies}.
    mapping(uint256 gpuId => uint256 tally) private _ofGpu;
    mapping(uint256 poolId => uint256 tally) private _ofPool;
    bool private _hasMeters;

    /// @inheritdoc IEpochRewards
    function recordUse(uint256 gpuId, uint256 poolId, uint256 amountDc, uint256 bctEquivalent)
        external
        returns (uint256 epoch)
    {
        if (!isMeter[msg.sender]) revert EpochRewards_NotMeter(msg.sender);
        epoch = _currentEpoch();
        uint64 dc = SafeCast.toUint64(amountDc);
        _inEpoch[epoch] += uint256(SafeCast.toUint120(bctEquivalent)) << 128 | dc;
        _ofGpu[gpuId] = _ofGpu[gpuId].added(epoch, dc);
        _ofPool[poolId] = _ofPool[poolId].added(epoch, dc);
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
        return uint128(_inEpoch[epoch]);
    }

    /// @inheritdoc IEpochRewards
    function bctEquivalentIn(uint256 epoch) public view returns (uint256 bctAmount) {
        return _inEpoch[epoch] >> 128;
    }

    /// @inheritdoc IEpochRewards
    function tallyOfGpu(uint256 gpuId) external view returns (UseTally memory) {
        return _ofGpu[gpuId].unpack();
    }

    /// @inheritdoc IEpochRewards
    function tallyOfPool(uint256 poolId) external view returns (UseTally memory) {
        return _ofPool[poolId].unpack();
    }
}
