// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SlotBase} from "contracts/test/SlotBase.sol";

/// Spot among bookings: where it may run, when it is over, what it costs.
contract SpotFuzzTest is SlotBase {
    /// @param before hours booked before spot begins, bit i for the hour HOUR + i
    /// @param later hours that somebody tries to book while it runs
    /// @param start seconds after START
    /// @param escrowDc 2,500,002 µDC last two hours
    function testFuzz_NeverRunsInABookedHour(uint24 before, uint24 later, uint32 start, uint64 escrowDc) external {
        start = uint32(bound(start, 0, 12 hours));
        escrowDc = uint64(bound(escrowDc, 20_834, 20 * SPOT_RATE));
        for (uint256 i; i < 24; ++i) {
            if (before >> i & 1 == 1) _reserve(bob, HOUR + i, 1);
        }
        skip(start);
        uint256 endsAt = _firstBooked(before, start);
        bool isRoom = endsAt >= START + start + 60;
        vm.prank(alice);
        (bool isRented,) =
            address(network.market).call(abi.encodeCall(network.market.rentSpot, (gpuId, escrowDc, SPOT_RATE)));
        assertEq(isRented, isRoom, "rented");
        if (!isRented) return;

        uint256 fundsEndAt = START + start + uint256(escrowDc) * 3600 / SPOT_RATE;
        endsAt = _bookMore(endsAt, fundsEndAt, later);
        uint256 overAt = endsAt < fundsEndAt ? endsAt : fundsEndAt;
        assertEq(network.market.userExpires(gpuId), overAt, "over at");
        vm.warp(overAt - 1);
        assertEq(network.market.runningRental(gpuId), 1);
        skip(1 + uint256(later));
        assertEq(network.market.runningRental(gpuId), 0);
        network.market.end(1);
        uint256 owed = (uint256(SPOT_RATE) * (overAt - START - start) + 3599) / 3600;
        assertEq(network.market.rentalOf(1).burnedDc, owed, "owed");
        assertEq(network.credits.balanceOf(alice), FUNDS - owed, "refund");
    }

    /// @dev Tries each hour; notice of two minutes is due unless it is over by then.
    function _bookMore(uint256 endsAt, uint256 fundsEndAt, uint24 later) private returns (uint256) {
        uint256 time = vm.getBlockTimestamp();
        for (uint256 i = 24; i > 0; --i) {
            uint256 hour = HOUR + i - 1;
            if (later >> (i - 1) & 1 == 0 || hour < time / 1 hours || network.market.isBooked(gpuId, hour)) continue;
            uint256 startsAt = hour * 1 hours;
            bool isOver = startsAt >= endsAt || startsAt >= fundsEndAt;
            vm.prank(bob);
            (bool isBooked,) =
                address(network.slots).call(abi.encodeCall(network.slots.reserve, (gpuId, hour, 1, RATE)));
            assertEq(isBooked, isOver || startsAt >= time + 120, "booked");
            if (isBooked && startsAt < endsAt) endsAt = startsAt;
        }
        return endsAt;
    }

    /// @dev The start of the first booked hour from the running one on; far away if there is none.
    function _firstBooked(uint24 booked, uint256 start) private pure returns (uint256) {
        for (uint256 i = start / 1 hours; i < 24; ++i) {
            if (booked >> i & 1 == 1) return START + i * 1 hours;
        }
        return type(uint40).max;
    }
}
