// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDataCredits} from "contracts/src/interfaces/IDataCredits.sol";
import {IMeter} from "contracts/src/interfaces/IMeter.sol";
import {ITimeSlots} from "contracts/src/interfaces/ITimeSlots.sol";
import {SlotBase} from "contracts/test/SlotBase.sol";

/// Alice's slot has four hours, the first of which begins at START.
contract SettleSlotTest is SlotBase {
    uint256 private _id;

    function setUp() public override {
        super.setUp();
        _id = _reserve(alice, HOUR, 4);
    }

    function test_BurnsTheHoursThatHavePassed() external {
        skip(3 hours - 1);
        vm.expectEmit(address(network.slots));
        emit ITimeSlots.SlotSettled(_id, alice, HOUR, HOUR + 2, 2, 5e6, 0);
        vm.expectEmit(address(network.slots));
        emit IMeter.UsageSettled(_id, gpuId, poolId, operatorId, alice, 5e6, 2.5e18, START, START + 7200, 0);
        vm.expectEmit(address(network.credits));
        emit IDataCredits.CreditsBurned(address(network.slots), 5e6);
        _settles(5e6, 0);

        assertEq(network.slots.escrowOf(_id), 5e6);
        assertEq(network.credits.escrowOf(address(network.slots)), 5e6);
        assertEq(network.credits.totalSupply(), 2 * FUNDS - 5e6);
        assertEq(network.rewards.burnedIn(0), 5e6);
        assertEq(network.rewards.tallyOfPool(poolId).inEpochDc, 5e6);
        assertEq(network.rewards.tallyOfGpu(gpuId).inEpochDc, 5e6);
    }

    function test_LeavesTheRunningHour() external {
        skip(1 hours - 1);
        vm.recordLogs();
        _settles(0, 0);
        assertEq(vm.getRecordedLogs().length, 0);
        skip(1);
        _settles(2_500_000, 0);
        _settles(0, 0);
    }

    function test_LeavesHoursToCome() external {
        uint256 laterId = _reserve(alice, HOUR + 10, 1);
        skip(2 hours);
        (uint256 burnedDc,) = network.slots.settleSlot(laterId);
        assertEq(burnedDc, 0);
        assertEq(network.slots.slotOf(laterId).settledHour, HOUR + 10);
    }

    function test_StopsAtTheSlotsEnd() external {
        skip(100 days);
        _settles(10e6, 0);
        _settles(0, 0);
        assertEq(network.slots.escrowOf(_id), 0);
        // the slot stays as a keepsake
        assertEq(network.slots.ownerOf(_id), alice);
    }

    function test_BurnsTheSameWhetherUsedOrNot() external {
        _checkIn(alice, _id);
        skip(4 hours);
        _settles(10e6, 0);
    }

    /// 16 hours after START is midnight UTC, where epoch 1 begins.
    function test_TalliesToTheEpochOfTheBlock() external {
        skip(1 hours);
        _settles(2_500_000, 0);
        skip(15 hours);
        _settles(7_500_000, 0);
        assertEq(network.rewards.burnedIn(0), 2_500_000);
        assertEq(network.rewards.burnedIn(1), 7_500_000);
    }

    function test_KeepsItsPriceWhenThePoolChangesIts() external {
        vm.prank(owner);
        network.pools.setRates(poolId, _rates(2 * RATE));
        skip(1 hours);
        _settles(2_500_000, 0);
    }

    function test_RefusesASlotThatDoesNotExist() external {
        vm.expectRevert(abi.encodeWithSelector(ITimeSlots.TimeSlots_NoSlot.selector, 99));
        network.slots.settleSlot(99);
    }

    function _settles(uint256 burnedDc, uint256 refundedDc) private {
        vm.prank(stranger);
        (uint256 burned, uint256 refunded) = network.slots.settleSlot(_id);
        assertEq(burned, burnedDc, "burned");
        assertEq(refunded, refundedDc, "refunded");
    }
}
