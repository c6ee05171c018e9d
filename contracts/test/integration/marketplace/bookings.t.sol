// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IMarketplace} from "contracts/src/interfaces/IMarketplace.sol";
import {EndReason} from "contracts/src/types/Types.sol";
import {SlotBase} from "contracts/test/SlotBase.sol";

/// The hours that on-demand holds in a GPU's calendar.
contract BookingsTest is SlotBase {
    /// From 08:30 two hours are paid: up to 10:30.
    function test_BooksTheHoursUpToPaidUntil() external {
        skip(30 minutes);
        uint256 id = _rentOnDemand(alice, 5e6);
        assertEq(network.market.paidUntil(id), START + 9000);
        _booked([false, true, true, true, false]);
        assertEq(network.market.nextBooking(gpuId, HOUR - 1), HOUR);
        assertEq(network.market.nextBooking(gpuId, HOUR + 2), HOUR + 2);
        assertEq(network.market.nextBooking(gpuId, HOUR + 3), NONE);
        assertTrue(network.market.hasBookings(gpuId));
    }

    function test_BooksNothingOfTheHourInWhoseFirstSecondItEnds() external {
        _rentOnDemand(alice, 5e6);
        _booked([false, true, true, false, false]);
    }

    function test_RefusesHoursThatASlotHas() external {
        _reserve(bob, HOUR + 1, 1);
        // one second into it costs 694.44 µDC
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.Marketplace_HoursTaken.selector, gpuId, HOUR + 1));
        _rentOnDemand(alice, 2_500_695);
        _rentOnDemand(alice, 2_500_694);
        _booked([false, true, true, false, false]);
    }

    function test_RefusesTheRunningHourOfASlotThatNobodyUses() external {
        _reserve(bob, HOUR, 1);
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.Marketplace_HoursTaken.selector, gpuId, HOUR));
        _rentOnDemand(alice, 1e6);
    }

    function test_RefusesASlotOverItsHours() external {
        _rentOnDemand(alice, 5e6);
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.Marketplace_HoursTaken.selector, gpuId, HOUR + 1));
        _reserve(bob, HOUR + 1, 1);
        _reserve(bob, HOUR + 2, 1);
    }

    function test_FreesTheHoursFromTheRunningOneWhenEndedEarly() external {
        uint256 id = _rentOnDemand(alice, 7_500_000);
        skip(1 hours + 1);
        vm.prank(alice);
        network.market.end(id);
        // the hour that is over stays as it was
        _booked([false, true, false, false, false]);
        assertFalse(network.market.hasBookings(gpuId));
        _reserve(bob, HOUR + 1, 1);
    }

    function test_HoldsItsHourUntilSomebodyEndsIt() external {
        _rentOnDemand(alice, 1_250_000);
        skip(30 minutes);
        assertEq(network.market.runningRental(gpuId), 0);
        assertTrue(network.market.isBooked(gpuId, HOUR));
        assertTrue(network.market.hasBookings(gpuId));
        vm.prank(stranger);
        network.market.end(1);
        assertFalse(network.market.isBooked(gpuId, HOUR));
    }

    function test_LeavesItsHourToTheNextRental() external {
        _rentOnDemand(alice, 1_250_000);
        skip(30 minutes);
        // 08:30 to 09:30
        _rentOnDemand(bob, 2_500_000);
        _booked([false, true, true, false, false]);
    }

    function test_LeavesItsHourToSpot() external {
        _rentOnDemand(alice, 1_250_000);
        skip(30 minutes);
        _rentSpot(bob, 2_500_002);
        _booked([false, false, false, false, false]);
    }

    function test_LeavesItsHourToASlot() external {
        uint256 id = _rentOnDemand(alice, 1_250_000);
        skip(30 minutes);
        vm.expectEmit(address(network.market));
        emit IMarketplace.RentalEnded(id, gpuId, EndReason.FUNDS, 0, START + 1800);
        uint256 slotId = _reserve(bob, HOUR, 1);
        _booked([false, true, false, false, false]);
        _checkIn(bob, slotId);
    }

    function test_StaysOpenWhileASlotTakesLaterHours() external {
        uint256 id = _rentOnDemand(alice, 1_250_000);
        skip(30 minutes);
        _reserve(bob, HOUR + 1, 1);
        assertFalse(network.market.rentalOf(id).isEnded);
        _booked([false, true, true, false, false]);
    }

    /// An hour that another has booked since isn't freed by a late end.
    function test_FreesNothingWhenEndedInALaterHour() external {
        uint256 id = _rentOnDemand(alice, 1_250_000);
        _reserve(bob, HOUR + 1, 1);
        skip(1 hours);
        network.market.end(id);
        _booked([false, true, true, false, false]);
    }

    /// @param hours_ whether HOUR - 1 to HOUR + 3 are booked
    function _booked(bool[5] memory hours_) private view {
        for (uint256 i; i < 5; ++i) {
            assertEq(network.market.isBooked(gpuId, HOUR - 1 + i), hours_[i], vm.toString(i));
        }
    }
}
