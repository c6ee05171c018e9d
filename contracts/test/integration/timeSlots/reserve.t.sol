// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IDataCredits} from "contracts/src/interfaces/IDataCredits.sol";
import {IGpuNFT} from "contracts/src/interfaces/IGpuNFT.sol";
import {IMarketplace} from "contracts/src/interfaces/IMarketplace.sol";
import {ITimeSlots} from "contracts/src/interfaces/ITimeSlots.sol";
import {GpuStatus, Slot} from "contracts/src/types/Types.sol";
import {SlotBase} from "contracts/test/SlotBase.sol";

contract ReserveTest is SlotBase {
    function test_ReservesHoursPaidInFull() external {
        vm.expectEmit(address(network.slots));
        emit ITimeSlots.SlotReserved(1, gpuId, alice, poolId, operatorId, HOUR + 1, HOUR + 5, RATE, 10e6);
        vm.expectEmit(address(network.slots));
        emit IERC721.Transfer(address(0), alice, 1);
        vm.prank(alice);
        uint256 slotId = network.slots.reserve(gpuId, HOUR + 1, 4, RATE);

        Slot memory slot = network.slots.slotOf(slotId);
        assertEq(slot.gpuId, gpuId);
        assertEq(slot.poolId, poolId);
        assertEq(slot.startHour, HOUR + 1);
        assertEq(slot.endHour, HOUR + 5);
        assertEq(slot.settledHour, HOUR + 1);
        assertEq(slot.hourlyDc, RATE);
        assertEq(network.slots.ownerOf(slotId), alice);
        assertEq(network.slots.escrowOf(slotId), 10e6);
        assertEq(network.credits.escrowOf(address(network.slots)), 10e6);
        assertEq(network.credits.balanceOf(alice), FUNDS - 10e6);
    }

    function test_BooksItsHoursAndNoOthers() external {
        _reserve(alice, HOUR + 1, 4);
        assertFalse(network.market.isBooked(gpuId, HOUR));
        assertTrue(network.market.isBooked(gpuId, HOUR + 1));
        assertTrue(network.market.isBooked(gpuId, HOUR + 4));
        assertFalse(network.market.isBooked(gpuId, HOUR + 5));
        assertEq(network.market.nextBooking(gpuId, HOUR), HOUR + 1);
    }

    function test_CountsTheRunningHourWhole() external {
        skip(3599);
        uint256 slotId = _reserve(alice, HOUR, 1);
        assertEq(network.slots.escrowOf(slotId), 2_500_000);
    }

    function test_TakesHoursThatTouchAnothersSlots() external {
        _reserve(alice, HOUR + 1, 2);
        _reserve(bob, HOUR + 4, 2);
        assertEq(_reserve(alice, HOUR + 3, 1), 3);
    }

    function test_RefusesHoursThatAreTaken() external {
        _reserve(alice, HOUR + 1, 2);
        bytes memory refusal = abi.encodeWithSelector(IMarketplace.Marketplace_HoursTaken.selector, gpuId, HOUR + 2);
        vm.expectRevert(refusal);
        _reserve(bob, HOUR + 2, 2);
    }

    function test_ReachesAYearFromAYearAhead() external {
        vm.expectRevert(abi.encodeWithSelector(ITimeSlots.TimeSlots_TooFarAhead.selector, HOUR + 8785, HOUR + 8784));
        _reserve(alice, HOUR + 8785, 1);
        vm.expectRevert(abi.encodeWithSelector(ITimeSlots.TimeSlots_TooFarAhead.selector, NONE, HOUR + 8784));
        _reserve(alice, NONE, 1);
        uint256 slotId = _reserve(alice, HOUR + 8784, 8784);
        // 366 days at 60 DC
        assertEq(network.slots.escrowOf(slotId), 21_960e6);
        assertEq(network.market.nextBooking(gpuId, HOUR), HOUR + 8784);
    }

    function test_RefusesNoHoursOrMoreThanAYear() external {
        vm.expectRevert(abi.encodeWithSelector(ITimeSlots.TimeSlots_BadLength.selector, 0, 8784));
        _reserve(alice, HOUR, 0);
        vm.expectRevert(abi.encodeWithSelector(ITimeSlots.TimeSlots_BadLength.selector, 8785, 8784));
        _reserve(alice, HOUR, 8785);
    }

    function test_RefusesHoursThatHavePassed() external {
        vm.expectRevert(abi.encodeWithSelector(ITimeSlots.TimeSlots_Past.selector, HOUR - 1, HOUR));
        _reserve(alice, HOUR - 1, 5);
    }

    function test_RefusesAPriceAboveTheCustomersMaximum() external {
        vm.expectRevert(abi.encodeWithSelector(ITimeSlots.TimeSlots_RateAboveMax.selector, RATE, RATE - 1));
        vm.prank(alice);
        network.slots.reserve(gpuId, HOUR, 1, RATE - 1);
    }

    function test_RefusesAGpuThatIsNotActiveOrNotThere() external {
        _setStatus(GpuStatus.OFFLINE);
        vm.expectRevert(abi.encodeWithSelector(ITimeSlots.TimeSlots_GpuNotActive.selector, gpuId));
        _reserve(alice, HOUR, 1);
        vm.expectRevert(abi.encodeWithSelector(IGpuNFT.GpuNFT_NoGpu.selector, 99));
        _reserveOn(99, alice, HOUR, 1);
    }

    /// Whoever bought it would use it and get the money back.
    function test_RefusesTheRunningHourIfTheGpuWasAwayInIt() external {
        skip(600);
        _setStatus(GpuStatus.OFFLINE);
        skip(60);
        _setStatus(GpuStatus.ACTIVE);
        vm.expectRevert(abi.encodeWithSelector(ITimeSlots.TimeSlots_HourLost.selector, gpuId, HOUR));
        _reserve(alice, HOUR, 2);
        skip(1 hours);
        assertEq(_reserve(alice, HOUR + 1, 1), 1);
    }

    function test_RefusesACustomerWithoutTheCredits() external {
        vm.expectRevert(abi.encodeWithSelector(IDataCredits.DataCredits_Insufficient.selector, stranger, 0, 2_500_000));
        _reserve(stranger, HOUR, 1);
    }
}
