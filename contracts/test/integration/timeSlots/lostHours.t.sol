// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDataCredits} from "contracts/src/interfaces/IDataCredits.sol";
import {IMeter} from "contracts/src/interfaces/IMeter.sol";
import {ITimeSlots} from "contracts/src/interfaces/ITimeSlots.sol";
import {GpuStatus} from "contracts/src/types/Types.sol";
import {SlotBase} from "contracts/test/SlotBase.sol";

/// Alice's slot has four hours, the first of which begins at START; in some of them the GPU isn't ACTIVE.
contract LostHoursTest is SlotBase {
    uint256 private _id;

    function setUp() public override {
        super.setUp();
        _id = _reserve(alice, HOUR, 4);
    }

    function test_RefundsEachHourThatWasInterrupted() external {
        _offline(START + 3610, START + 3620);
        vm.warp(START + 4 hours);
        vm.expectEmit(address(network.slots));
        emit ITimeSlots.SlotSettled(_id, alice, HOUR, HOUR + 4, 3, 7_500_000, 2_500_000);
        vm.expectEmit(address(network.slots));
        emit IMeter.UsageSettled(_id, gpuId, poolId, operatorId, alice, 7_500_000, 3.75e18, START, START + 4 hours, 0);
        vm.expectEmit(address(network.credits));
        emit IDataCredits.CreditsReturned(address(network.slots), alice, 2_500_000);
        _settles(7_500_000, 2_500_000);
        assertEq(network.credits.balanceOf(alice), FUNDS - 7_500_000);
        assertEq(network.credits.escrowed(), 0);
    }

    function test_RefundsAnHourOnceHoweverOftenInterrupted() external {
        _offline(START + 10, START + 20);
        _offline(START + 30, START + 40);
        vm.warp(START + 4 hours);
        _settles(7_500_000, 2_500_000);
    }

    function test_RefundsAllHoursWhileTheGpuStaysAway() external {
        vm.warp(START + 5400);
        _setStatus(GpuStatus.OFFLINE);
        vm.warp(START + 4 hours);
        _settles(2_500_000, 7_500_000);
    }

    function test_TalliesNothingWhenAllHoursWereLost() external {
        _setStatus(GpuStatus.OFFLINE);
        vm.warp(START + 4 hours);
        vm.recordLogs();
        _settles(0, 10e6);
        // SlotSettled and CreditsReturned
        assertEq(vm.getRecordedLogs().length, 2);
        assertEq(network.rewards.burnedIn(0), 0);
    }

    /// From 09:00 sharp to 10:00 sharp.
    function test_CountsHoursTouchedOnlyAtTheirEdgesAsDelivered() external {
        _offline(START + 3600, START + 7200);
        vm.warp(START + 4 hours);
        _settles(7_500_000, 2_500_000);
    }

    function test_SumsToThePriceInWhateverSteps() external {
        _offline(START + 3500, START + 3700);
        vm.warp(START + 1 hours);
        _settles(0, 2_500_000);
        vm.warp(START + 2 hours);
        _settles(0, 2_500_000);
        vm.warp(START + 4 hours);
        _settles(5e6, 0);
    }

    function _offline(uint256 from, uint256 to) private {
        vm.warp(from);
        _setStatus(GpuStatus.OFFLINE);
        vm.warp(to);
        _setStatus(GpuStatus.ACTIVE);
    }

    function _settles(uint256 burnedDc, uint256 refundedDc) private {
        (uint256 burned, uint256 refunded) = network.slots.settleSlot(_id);
        assertEq(burned, burnedDc, "burned");
        assertEq(refunded, refundedDc, "refunded");
    }
}
