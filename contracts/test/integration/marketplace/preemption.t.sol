// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IMarketplace} from "contracts/src/interfaces/IMarketplace.sol";
import {EndReason, Tier} from "contracts/src/types/Types.sol";
import {SlotBase} from "contracts/test/SlotBase.sol";

/// A booking takes an hour in which spot runs. The rental began at START and is paid for two hours, unless said otherwise.
contract PreemptionTest is SlotBase {
    function test_EndsTheRentalByTheBookingsStart() external {
        uint256 id = _rentSpot(alice, 2_500_002);
        vm.expectEmit(address(network.market));
        emit IMarketplace.SpotPreemptionNotice(id, START + 3600, 1);
        _reserve(bob, HOUR + 1, 1);
        assertEq(network.market.rentalOf(id).endsBy, START + 3600);
        assertEq(network.market.userExpires(gpuId), START + 3600);

        skip(1 hours);
        assertEq(network.market.runningRental(gpuId), 0);
        vm.expectEmit(address(network.market));
        emit IMarketplace.RentalEnded(id, gpuId, EndReason.PREEMPTED, 1_250_001, START + 3600);
        network.market.end(id);
        assertEq(network.rewards.burnedIn(0), 1_250_001);
    }

    function test_NeedsTwoMinutesNotice() external {
        uint256 id = _rentSpot(alice, 2_500_002);
        skip(3481);
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.Marketplace_SpotNotice.selector, gpuId, id, START + 3601));
        _reserve(bob, HOUR + 1, 1);
        rewind(1);
        _reserve(bob, HOUR + 1, 1);
        assertEq(network.market.rentalOf(id).endsBy, START + 3600);
    }

    function test_RefusesTheRunningHour() external {
        uint256 id = _rentSpot(alice, 2_500_002);
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.Marketplace_SpotNotice.selector, gpuId, id, START + 120));
        _reserve(bob, HOUR, 2);
    }

    function test_KeepsAnEarlierEnd() external {
        uint256 id = _rentSpot(alice, 2_500_002);
        _reserve(bob, HOUR + 1, 1);
        // less than two minutes ahead of it, further bookings concern the rental no more
        skip(3599);
        vm.recordLogs();
        _reserve(bob, HOUR + 2, 1);
        // the slot's own two, and the escrow's
        assertEq(vm.getRecordedLogs().length, 3);
        assertEq(network.market.rentalOf(id).endsBy, START + 3600);
    }

    function test_BringsTheEndForward() external {
        _reserve(bob, HOUR + 3, 1);
        uint256 id = _rentSpot(alice, 2_500_002);
        assertEq(network.market.rentalOf(id).endsBy, START + 3 hours);
        vm.expectEmit(address(network.market));
        emit IMarketplace.SpotPreemptionNotice(id, START + 3600, 2);
        _reserve(bob, HOUR + 1, 1);
    }

    /// 1,232,640 µDC pay 3,550 s, and the booking is 100 s ahead.
    function test_NeedsNoNoticeWhereTheFundsEndBefore() external {
        uint256 id = _rentSpot(alice, 1_232_640);
        assertEq(network.market.paidUntil(id), START + 3550);
        skip(3500);
        vm.expectEmit(address(network.market));
        emit IMarketplace.SpotPreemptionNotice(id, START + 3600, 1);
        _reserve(bob, HOUR + 1, 1);

        skip(100);
        vm.expectEmit(address(network.market));
        emit IMarketplace.RentalEnded(id, gpuId, EndReason.FUNDS, 0, START + 3550);
        network.market.end(id);
    }

    function test_NeedsNoNoticeWhereTheFundsEndAtItsStart() external {
        uint256 id = _rentSpot(alice, SPOT_RATE);
        skip(3599);
        _reserve(bob, HOUR + 1, 1);
        assertEq(network.market.rentalOf(id).endsBy, START + 3600);
    }

    /// In all 2,232,640 µDC, which pay 6,429 s.
    function test_HoldsWhateverIsToppedUp() external {
        uint256 id = _rentSpot(alice, 1_232_640);
        skip(3500);
        _reserve(bob, HOUR + 1, 1);
        vm.prank(alice);
        network.market.topUp(id, 1_000_000);
        assertEq(network.market.paidUntil(id), START + 6429);
        assertEq(network.market.userExpires(gpuId), START + 3600);

        skip(100);
        assertEq(network.market.runningRental(gpuId), 0);
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.Marketplace_Ended.selector, id));
        vm.prank(alice);
        network.market.topUp(id, 1_000_000);
        vm.expectEmit(address(network.market));
        emit IMarketplace.RentalEnded(id, gpuId, EndReason.PREEMPTED, 982_639, START + 3600);
        network.market.end(id);
    }

    function test_TakesTheRunningHourOfARentalThatIsOver() external {
        uint256 id = _rentSpot(alice, 1_232_640);
        skip(3590);
        vm.expectEmit(address(network.market));
        emit IMarketplace.RentalEnded(id, gpuId, EndReason.FUNDS, 0, START + 3550);
        _reserve(bob, HOUR, 1);
        assertTrue(network.market.isBooked(gpuId, HOUR));
    }

    function test_LetsTheSlotsHolderInAtOnce() external {
        uint256 id = _rentSpot(alice, 2_500_002);
        uint256 slotId = _reserve(bob, HOUR + 1, 1);
        skip(1 hours);
        vm.expectEmit(address(network.market));
        emit IMarketplace.RentalEnded(id, gpuId, EndReason.PREEMPTED, 1_250_001, START + 3600);
        vm.expectEmit(address(network.market));
        emit IMarketplace.RentalStarted(
            2, gpuId, bob, Tier.RESERVED, poolId, operatorId, 0, 0, START + 3600, START + 7200, START + 7200
        );
        _checkIn(bob, slotId);
    }

    function test_LeavesOtherGpusAlone() external {
        uint256 id = _rentSpot(alice, 2_500_002);
        _reserveOn(_mintGpu(poolId, "gpu 2"), bob, HOUR, 1);
        assertEq(network.market.userExpires(gpuId), START + 7200);
        assertEq(network.market.runningRental(gpuId), id);
    }
}
