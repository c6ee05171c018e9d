// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IDataCredits} from "contracts/src/interfaces/IDataCredits.sol";
import {IMarketplace} from "contracts/src/interfaces/IMarketplace.sol";
import {IOperatorRegistry} from "contracts/src/interfaces/IOperatorRegistry.sol";
import {ITimeSlots} from "contracts/src/interfaces/ITimeSlots.sol";
import {RentalHandler} from "contracts/test/invariant/RentalHandler.sol";
import {Model} from "contracts/test/invariant/model/Model.sol";

/// @title Reserves, splits, merges, uses, moves and gives up time slots
abstract contract SlotHandler is RentalHandler {
    function reserve(uint256 who, uint256 gpu, uint256 ahead, uint256 hourCount) external watched {
        address holder = _actor(who);
        gpu = _gpu(gpu);
        uint256 start = block.timestamp / 3600 + bound(ahead, 0, who % 2 == 0 ? 3 : 400);
        hourCount = bound(hourCount, 1, who % 8 == 0 ? 300 : 6);
        bytes4 refusal = _reserveRefusal(holder, gpu, start, hourCount);
        if (model.isRunning(model.open(gpu)) && refusal == 0) ++reached["reserved on a GPU in use"];
        _expect(refusal);
        vm.prank(holder);
        uint256 id = network.slots.reserve(gpu, start, hourCount, type(uint64).max);
        if (refusal != 0) return;
        uint64 hourly = network.slots.slotOf(id).hourlyDc;
        uint256 pool = network.gpus.poolOf(gpu);
        assertEq(hourly, network.pools.reservedRate(pool, hourCount), "price");
        assertEq(id, model.reserve(holder, gpu, pool, start, start + hourCount, hourly), "slot's id");
        ++reached["reserved"];
    }

    function split(uint256 who, uint256 which, uint256 cut) external watched {
        if (model.slotCount() == 0) return;
        uint256 id = _slot(which);
        Model.Hours memory s = model.slot(id);
        if (s.isGone) return;
        address caller = who % 8 == 0 ? _actor(who / 8) : s.holder;
        cut = bound(cut, s.start, s.end);
        uint32[] memory cuts = new uint32[](1);
        cuts[0] = uint32(cut);
        bytes4 refusal = _tokenRefusal(s.holder, caller);
        bool isInside = cut > s.start && cut > block.timestamp / 3600 && cut < s.end;
        if (refusal == 0 && !isInside) refusal = ITimeSlots.TimeSlots_BadCut.selector;
        _expect(refusal);
        vm.prank(caller);
        uint256 newId = network.slots.split(id, cuts);
        if (refusal != 0) return;
        assertEq(newId, model.split(id, cut), "new slot's id");
        ++reached["split"];
    }

    function merge(uint256 who, uint256 which) external watched {
        if (model.slotCount() < 2) return;
        uint256 id = _slot(which);
        uint256 laterId = _neighborOf(id);
        Model.Hours memory s = model.slot(id);
        Model.Hours memory later = model.slot(laterId);
        if (s.isGone || later.isGone) return;
        address caller = who % 8 == 0 ? _actor(who / 8) : s.holder;
        bytes4 refusal = _tokenRefusal(s.holder, caller);
        if (refusal == 0) refusal = _tokenRefusal(later.holder, caller);
        bool isNeighbor = s.gpu == later.gpu && s.end == later.start && s.hourly == later.hourly;
        if (refusal == 0 && !isNeighbor) refusal = ITimeSlots.TimeSlots_NotNeighbors.selector;
        _expect(refusal);
        vm.prank(caller);
        network.slots.merge(id, laterId);
        if (refusal != 0) return;
        model.merge(id, laterId);
        ++reached["merged"];
    }

    function checkIn(uint256 who, uint256 which) external watched {
        if (model.slotCount() == 0) return;
        uint256 id = _slotNow(which);
        Model.Hours memory s = model.slot(id);
        if (s.isGone) return;
        address caller = who % 8 == 0 ? _actor(who / 8) : s.holder;
        bytes4 refusal = _checkInRefusal(s, caller);
        _expect(refusal);
        vm.prank(caller);
        uint256 rental = network.slots.checkIn(id);
        if (refusal != 0) return;
        assertEq(rental, model.checkIn(id, caller), "rental's id");
        toldUntil[rental] = block.timestamp;
        ++reached["checked in"];
    }

    function settleSlots() external watched {
        uint256 count;
        uint256[] memory ids = new uint256[](model.slotCount());
        for (uint256 id = 1; id <= ids.length; ++id) {
            if (model.slot(id).isGone) continue;
            ids[count++] = id;
            (, uint256 refunded) = model.settleSlot(id);
            if (refunded != 0) ++reached["hours refunded"];
        }
        assembly {
            mstore(ids, count)
        }
        network.slots.settleSlots(ids);
    }

    function transferSlot(uint256 who, uint256 which) external watched {
        if (model.slotCount() == 0) return;
        uint256 id = _slot(which);
        Model.Hours memory s = model.slot(id);
        if (s.isGone) return;
        vm.prank(s.holder);
        network.slots.transferFrom(s.holder, _actor(who), id);
        if (s.rental != 0 && s.holder != _actor(who)) ++reached["moved while in use"];
        model.moveToken(id, _actor(who));
    }

    function refundSlot(uint256 who, uint256 which) external watched {
        if (model.slotCount() == 0) return;
        uint256 id = _slotOfAway(which);
        Model.Hours memory s = model.slot(id);
        if (s.isGone) return;
        address operator = network.operators.ownerOf(1);
        address caller = who % 3 == 0 ? _actor(who / 3) : (who % 3 == 1 ? operator : s.holder);
        bytes4 refusal;
        if (caller != s.holder && caller != operator) refusal = ITimeSlots.TimeSlots_NotHolderOrOperator.selector;
        else if (_isActive(s.gpu)) refusal = ITimeSlots.TimeSlots_GpuActive.selector;
        else if (block.timestamp < model.awaySince(s.gpu) + 1 hours) refusal = ITimeSlots.TimeSlots_GpuBackSoon.selector;
        else if (s.end <= block.timestamp / 3600) refusal = ITimeSlots.TimeSlots_Over.selector;
        _expect(refusal);
        vm.prank(caller);
        uint256 refunded = network.slots.refundUndelivered(id);
        if (refusal != 0) return;
        assertEq(refunded, model.refund(id), "refunded");
        ++reached["given up"];
    }

    function moveSlot(uint256 who, uint256 which, uint256 gpu) external watched {
        if (model.slotCount() == 0) return;
        uint256 id = _slotOfAway(which);
        gpu = _gpu(gpu);
        Model.Hours memory s = model.slot(id);
        if (s.isGone) return;
        address operator = network.operators.ownerOf(1);
        address caller = who % 8 == 0 ? _actor(who / 8) : operator;
        bytes4 refusal = _moveRefusal(s, gpu);
        if (caller != operator) refusal = IOperatorRegistry.OperatorRegistry_NotOperator.selector;
        _expect(refusal);
        vm.prank(caller);
        network.slots.moveSlot(id, gpu);
        if (refusal != 0) return;
        model.moveSlot(id, gpu);
        ++reached["moved to another GPU"];
    }

    function _slot(uint256 seed) private view returns (uint256) {
        uint256 count = model.slotCount();
        return count - seed % (count < 8 ? count : 8);
    }

    /// @dev One that covers this hour, if there is one.
    function _slotNow(uint256 seed) private view returns (uint256) {
        uint256 hour = block.timestamp / 3600;
        for (uint256 id = model.slotCount(); id > 0; --id) {
            Model.Hours memory s = model.slot(id);
            if (!s.isGone && s.start <= hour && hour < s.end && seed % 4 != 0) return id;
        }
        return _slot(seed);
    }

    /// @dev One whose GPU is away, if there is one.
    function _slotOfAway(uint256 seed) private view returns (uint256) {
        for (uint256 id = model.slotCount(); id > 0; --id) {
            Model.Hours memory s = model.slot(id);
            if (!s.isGone && s.end > block.timestamp / 3600 && model.isAway(s.gpu) && seed % 4 != 0) return id;
        }
        return _slot(seed);
    }

    /// @dev The slot that begins on its GPU where it ends, or any.
    function _neighborOf(uint256 id) private view returns (uint256) {
        Model.Hours memory s = model.slot(id);
        for (uint256 other = model.slotCount(); other > 0; --other) {
            Model.Hours memory o = model.slot(other);
            if (!o.isGone && o.gpu == s.gpu && o.start == s.end) return other;
        }
        return id == 1 ? 2 : 1;
    }

    function _reserveRefusal(address holder, uint256 gpu, uint256 start, uint256 hourCount)
        private
        view
        returns (bytes4 refusal)
    {
        if (!_isActive(gpu)) return ITimeSlots.TimeSlots_GpuNotActive.selector;
        bool isNow = start == block.timestamp / 3600;
        if (isNow && model.isLost(gpu, start)) return ITimeSlots.TimeSlots_HourLost.selector;
        if (isIntakePaused) return IMarketplace.Marketplace_Paused.selector;
        refusal = _bookingRefusal(gpu, start, start + hourCount);
        if (refusal != 0) return refusal;
        uint256 spendable = isNow ? _spendable(holder, gpu) : model.free(holder);
        uint256 hourly = network.pools.reservedRate(network.gpus.poolOf(gpu), hourCount);
        if (spendable < hourly * hourCount) return IDataCredits.DataCredits_Insufficient.selector;
    }

    function _bookingRefusal(uint256 gpu, uint256 fromHour, uint256 toHour) private view returns (bytes4) {
        if (model.isTooSoonForSpot(gpu, fromHour)) return IMarketplace.Marketplace_SpotNotice.selector;
        if (model.isAnyTaken(gpu, fromHour, toHour)) return IMarketplace.Marketplace_HoursTaken.selector;
        return 0;
    }

    function _tokenRefusal(address holder, address caller) private pure returns (bytes4) {
        return holder == caller ? bytes4(0) : IERC721Errors.ERC721InsufficientApproval.selector;
    }

    function _checkInRefusal(Model.Hours memory s, address caller) private view returns (bytes4) {
        uint256 hour = block.timestamp / 3600;
        if (caller != s.holder) return ITimeSlots.TimeSlots_NotUser.selector;
        if (hour < s.start || hour >= s.end) return ITimeSlots.TimeSlots_NotNow.selector;
        bool isUsing = s.rental != 0 && model.isRunning(s.rental) && model.use(s.rental).customer == caller;
        if (isUsing) return ITimeSlots.TimeSlots_CheckedIn.selector;
        return _isActive(s.gpu) ? bytes4(0) : IMarketplace.Marketplace_GpuNotActive.selector;
    }

    function _moveRefusal(Model.Hours memory s, uint256 gpu) private view returns (bytes4) {
        uint256 hour = block.timestamp / 3600;
        if (s.end <= hour) return ITimeSlots.TimeSlots_Over.selector;
        if (!_isActive(gpu)) return ITimeSlots.TimeSlots_GpuNotActive.selector;
        if (gpu == s.gpu || network.gpus.poolOf(gpu) != s.pool) return ITimeSlots.TimeSlots_NotEqualGpu.selector;
        return _bookingRefusal(gpu, s.start > hour ? s.start : hour, s.end);
    }
}
