// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IMarketplace} from "contracts/src/interfaces/IMarketplace.sol";
import {EndReason, GpuStatus, Rental, Tier} from "contracts/src/types/Types.sol";
import {SlotBase} from "contracts/test/SlotBase.sol";

contract RentSpotTest is SlotBase {
    function test_StartsARentalAtTheSpotRate() external {
        // 2,500,002 µDC at 1,250,001 per hour last 2 hours
        vm.expectEmit(address(network.market));
        emit IMarketplace.RentalStarted(
            1, gpuId, alice, Tier.SPOT, poolId, operatorId, SPOT_RATE, 2_500_002, START, START + 7200, 0
        );
        vm.prank(alice);
        uint256 id = network.market.rentSpot(gpuId, 2_500_002, SPOT_RATE);

        Rental memory rental = network.market.rentalOf(id);
        assertEq(uint8(rental.tier), uint8(Tier.SPOT));
        assertEq(rental.customer, alice);
        assertEq(network.market.runningRental(gpuId), id);
        assertEq(network.credits.escrowOf(address(network.market)), 2_500_002);
    }

    function test_BooksNoHours() external {
        _rentSpot(alice, 2_500_002);
        assertFalse(network.market.isBooked(gpuId, HOUR));
        assertFalse(network.market.hasBookings(gpuId));
        assertEq(network.market.nextBooking(gpuId, HOUR), NONE);
    }

    function test_EndsByTheNextBooking() external {
        _reserve(bob, HOUR + 1, 1);
        vm.expectEmit(address(network.market));
        emit IMarketplace.RentalStarted(
            1, gpuId, alice, Tier.SPOT, poolId, operatorId, SPOT_RATE, 2_500_002, START, START + 7200, START + 3600
        );
        uint256 id = _rentSpot(alice, 2_500_002);
        skip(1 hours - 1);
        assertEq(network.market.runningRental(gpuId), id);
        skip(1);
        assertEq(network.market.runningRental(gpuId), 0);
    }

    function test_OwesNothingAfterItsEnd() external {
        _reserve(bob, HOUR + 1, 1);
        uint256 id = _rentSpot(alice, 2_500_002);
        skip(7000);
        assertEq(network.market.due(id), 1_250_001);
        vm.expectEmit(address(network.market));
        emit IMarketplace.RentalEnded(id, gpuId, EndReason.PREEMPTED, 1_250_001, START + 3600);
        vm.prank(stranger);
        network.market.end(id);
        assertEq(network.credits.balanceOf(alice), FUNDS - 1_250_001);
    }

    function test_RefusesAnHourThatIsBooked() external {
        _reserve(bob, HOUR, 1);
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.Marketplace_HoursTaken.selector, gpuId, HOUR));
        _rentSpot(alice, 2_500_002);
    }

    function test_RefusesABookingSoonerThanAMinute() external {
        _reserve(bob, HOUR + 1, 1);
        skip(3541);
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.Marketplace_BookedSoon.selector, gpuId, START + 3600));
        _rentSpot(alice, 2_500_002);
        rewind(1);
        _rentSpot(alice, 2_500_002);
        assertEq(network.market.userExpires(gpuId), START + 3600);
    }

    function test_RefusesABusyGpu() external {
        uint256 id = _rentSpot(alice, 2_500_002);
        skip(7199);
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.Marketplace_GpuBusy.selector, gpuId, id));
        _rentSpot(bob, 2_500_002);
    }

    function test_FinalisesTheRentalThatIsOver() external {
        uint256 first = _rentSpot(alice, 2_500_002);
        skip(7200);
        assertEq(network.market.runningRental(gpuId), 0);
        vm.expectEmit(address(network.market));
        emit IMarketplace.RentalEnded(first, gpuId, EndReason.FUNDS, 0, START + 7200);
        assertEq(_rentSpot(bob, 2_500_002), 2);
    }

    function test_RefusesAGpuThatIsNotActive() external {
        _setStatus(GpuStatus.OFFLINE);
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.Marketplace_GpuNotActive.selector, gpuId));
        _rentSpot(alice, 2_500_002);
    }

    function test_RefusesARateAboveTheCustomersMaximum() external {
        vm.expectRevert(
            abi.encodeWithSelector(IMarketplace.Marketplace_RateAboveMax.selector, SPOT_RATE, SPOT_RATE - 1)
        );
        vm.prank(alice);
        network.market.rentSpot(gpuId, 2_500_002, SPOT_RATE - 1);
    }

    /// 60 s at 1,250,001 µDC per hour cost 20,833.35 µDC.
    function test_RefusesAnEscrowForLessThanAMinute() external {
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.Marketplace_TooShort.selector, 20_833, 20_834));
        _rentSpot(alice, 20_833);
        assertEq(_rentSpot(alice, 20_834), 1);
    }
}
