// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {GpuStatus} from "contracts/src/types/Types.sol";
import {SlotBase} from "contracts/test/SlotBase.sol";

/// What a slot burns and refunds, against a plain account of the hours lost. The slot begins an hour after START.
contract SlotSettlementFuzzTest is SlotBase {
    uint256 private constant FIRST = HOUR + 1;
    uint256 private constant HOUR_COUNT = 72;

    uint256 private _id;
    /// hour after hour of the slot
    bool[HOUR_COUNT] private _isLost;
    uint256 private _offlineSince;

    /// @param acts each lets time pass, then settles, moves the token, or switches the GPU off or on
    function testFuzz_AnyStepsBurnWhatWasDeliveredAndRefundTheRest(uint32[24] memory acts) external {
        _id = _reserve(alice, FIRST, HOUR_COUNT);
        for (uint256 i; i < acts.length; ++i) {
            skip(acts[i] % 6 hours);
            uint256 act = acts[i] % 4;
            if (act == 0) network.slots.settleSlot(_id);
            else if (act == 1) _pass();
            else _switch();
            assertEq(_outOfEscrow() + network.slots.escrowOf(_id), HOUR_COUNT * 2_500_000, "burned, refunded, held");
        }
        uint256 endsAt = (FIRST + HOUR_COUNT) * 1 hours;
        if (vm.getBlockTimestamp() < endsAt) vm.warp(endsAt);
        if (_offlineSince != 0) _switch();
        network.slots.settleSlot(_id);

        uint256 delivered;
        for (uint256 i; i < HOUR_COUNT; ++i) {
            if (!_isLost[i]) ++delivered;
        }
        assertEq(2 * FUNDS - network.credits.totalSupply(), delivered * 2_500_000, "burned");
        assertEq(_outOfEscrow(), HOUR_COUNT * 2_500_000, "all of it");
        assertEq(network.credits.escrowed(), 0, "escrow");
        assertEq(network.rewards.tallyOfGpu(gpuId).lifetimeDc, delivered * 2_500_000, "tallied");
    }

    function _pass() private {
        address holder = network.slots.ownerOf(_id);
        vm.prank(holder);
        network.slots.transferFrom(holder, holder == alice ? bob : alice, _id);
    }

    function _switch() private {
        if (_offlineSince == 0) {
            _offlineSince = vm.getBlockTimestamp();
            _setStatus(GpuStatus.OFFLINE);
            return;
        }
        _setStatus(GpuStatus.ACTIVE);
        for (uint256 i; i < HOUR_COUNT; ++i) {
            uint256 startsAt = (FIRST + i) * 1 hours;
            // an outage of no time at all takes the hour in which it was, as long as that had begun before
            bool isMoment = _offlineSince == vm.getBlockTimestamp();
            bool isTouched = _offlineSince < startsAt + 1 hours && vm.getBlockTimestamp() > startsAt;
            if (isTouched && (!isMoment || _offlineSince > startsAt)) _isLost[i] = true;
        }
        _offlineSince = 0;
    }

    /// @dev Burned, or returned to whoever held the slot.
    function _outOfEscrow() private view returns (uint256) {
        uint256 burnedDc = 2 * FUNDS - network.credits.totalSupply();
        uint256 free = network.credits.balanceOf(alice) + network.credits.balanceOf(bob);
        return burnedDc + free + HOUR_COUNT * 2_500_000 - 2 * FUNDS;
    }
}
