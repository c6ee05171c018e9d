// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IMarketplace} from "contracts/src/interfaces/IMarketplace.sol";
import {IOperatorRegistry} from "contracts/src/interfaces/IOperatorRegistry.sol";
import {ITimeSlots} from "contracts/src/interfaces/ITimeSlots.sol";
import {EndReason, GpuStatus, Slot} from "contracts/src/types/Types.sol";
import {SlotBase} from "contracts/test/SlotBase.sol";

/// Alice's slot has four hours, the first of which begins at START. The operator has a spare GPU in the pool.
contract MoveSlotTest is SlotBase {
    uint256 private _id;
    uint256 private _spare;

    function setUp() public override {
        super.setUp();
        _id = _reserve(alice, HOUR, 4);
        _spare = _mintGpu(poolId, "spare");
    }

    function test_MovesTheHoursThatAreLeft() external {
        skip(70 minutes);
        vm.expectEmit(address(network.slots));
        emit ITimeSlots.SlotSettled(_id, alice, HOUR, HOUR + 1, 1, 2_500_000, 0);
        vm.expectEmit(address(network.slots));
        emit ITimeSlots.SlotMoved(_id, gpuId, _spare, HOUR + 1);
        _move(_spare);

        Slot memory slot = network.slots.slotOf(_id);
        assertEq(slot.gpuId, _spare);
        assertEq(slot.startHour, HOUR + 1);
        assertEq(slot.settledHour, HOUR + 1);
        assertEq(slot.endHour, HOUR + 4);
        assertEq(network.slots.escrowOf(_id), 7_500_000);
        assertEq(network.slots.transferCount(_id), 1);
        assertEq(network.rewards.tallyOfGpu(gpuId).lifetimeDc, 2_500_000);
    }

    function test_MovesTheBookings() external {
        skip(70 minutes);
        _move(_spare);
        assertTrue(network.market.isBooked(gpuId, HOUR));
        assertFalse(network.market.hasBookings(gpuId));
        assertEq(network.market.nextBooking(_spare, HOUR), HOUR + 1);
        assertTrue(network.market.isBooked(_spare, HOUR + 3));
        assertFalse(network.market.isBooked(_spare, HOUR + 4));
    }

    function test_MovesASlotToComeWhole() external {
        _id = _reserve(alice, HOUR + 10, 2);
        _move(_spare);
        assertEq(network.slots.slotOf(_id).startHour, HOUR + 10);
        assertEq(network.slots.escrowOf(_id), 5e6);
    }

    function test_EndsTheUseAndLetsTheUserInAgain() external {
        uint256 rentalId = _checkIn(alice, _id);
        vm.expectEmit(address(network.market));
        emit IMarketplace.RentalEnded(rentalId, gpuId, EndReason.SLOT, 0, START);
        _move(_spare);
        _checkIn(alice, _id);
        assertEq(network.market.userOf(gpuId), address(0));
        assertEq(network.market.userOf(_spare), alice);
    }

    function test_SavesTheHoursOfAGpuThatFailed() external {
        skip(70 minutes);
        _setStatus(GpuStatus.OFFLINE);
        _move(_spare);
        vm.warp(START + 4 hours);
        (uint256 burnedDc, uint256 refundedDc) = network.slots.settleSlot(_id);
        // the hour of the move is the spare's
        assertEq(burnedDc, 7_500_000);
        assertEq(refundedDc, 0);
        assertEq(network.rewards.tallyOfGpu(_spare).lifetimeDc, 7_500_000);
    }

    function test_PreemptsSpotOnTheOtherGpu() external {
        _id = _reserve(alice, HOUR + 5, 1);
        vm.prank(bob);
        uint256 rentalId = network.market.rentSpot(_spare, 125_000_100, SPOT_RATE);
        vm.expectEmit(address(network.market));
        emit IMarketplace.SpotPreemptionNotice(rentalId, START + 5 hours, _id);
        _move(_spare);
    }

    function test_RefusesToStopSpotWithoutNotice() external {
        vm.prank(bob);
        uint256 rentalId = network.market.rentSpot(_spare, 125_000_100, SPOT_RATE);
        vm.expectRevert(
            abi.encodeWithSelector(IMarketplace.Marketplace_SpotNotice.selector, _spare, rentalId, START + 120)
        );
        _move(_spare);
    }

    function test_RefusesAGpuWhoseHoursAreTaken() external {
        _reserveOn(_spare, bob, HOUR + 2, 1);
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.Marketplace_HoursTaken.selector, _spare, HOUR + 2));
        _move(_spare);
    }

    function test_RefusesAGpuOfAnotherPoolOrTheSame() external {
        uint256 otherGpu = _mintGpu(_createPool(operatorId, RATE), "other");
        vm.expectRevert(abi.encodeWithSelector(ITimeSlots.TimeSlots_NotEqualGpu.selector, _id, otherGpu));
        _move(otherGpu);
        vm.expectRevert(abi.encodeWithSelector(ITimeSlots.TimeSlots_NotEqualGpu.selector, _id, gpuId));
        _move(gpuId);
    }

    function test_RefusesAGpuThatCannotServeTheSlot() external {
        vm.startPrank(owner);
        network.gpus.setStatus(_spare, GpuStatus.OFFLINE);
        vm.expectRevert(abi.encodeWithSelector(ITimeSlots.TimeSlots_GpuNotActive.selector, _spare));
        network.slots.moveSlot(_id, _spare);
        network.gpus.setStatus(_spare, GpuStatus.ACTIVE);
        network.gpus.announceExit(_spare);
        vm.stopPrank();
        skip(3 hours);
        _id = _reserve(alice, HOUR + 71, 2);
        uint256 exitAt = START + 3 days;
        vm.expectRevert(
            abi.encodeWithSelector(ITimeSlots.TimeSlots_GpuLeaving.selector, _spare, exitAt, exitAt + 1 hours)
        );
        _move(_spare);
    }

    function test_RefusesEveryoneButTheOperator() external {
        vm.expectRevert(
            abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_NotOperator.selector, operatorId, alice)
        );
        vm.prank(alice);
        network.slots.moveSlot(_id, _spare);
    }

    function test_RefusesASlotThatIsOverOrNotThere() external {
        skip(4 hours);
        vm.expectRevert(abi.encodeWithSelector(ITimeSlots.TimeSlots_Over.selector, _id, HOUR + 4));
        _move(_spare);
        _id = 99;
        vm.expectRevert(abi.encodeWithSelector(ITimeSlots.TimeSlots_NoSlot.selector, 99));
        _move(_spare);
    }

    function _move(uint256 toGpuId) private {
        vm.prank(owner);
        network.slots.moveSlot(_id, toGpuId);
    }
}
