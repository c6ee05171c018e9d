// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IMarketplace} from "contracts/src/interfaces/IMarketplace.sol";
import {SlotBase} from "contracts/test/SlotBase.sol";

/// What a top-up does in the calendar.
contract TopUpHoursTest is SlotBase {
    function test_BooksTheFurtherHours() external {
        uint256 id = _rentOnDemand(alice, 5e6);
        vm.prank(alice);
        network.market.topUp(id, 2_500_000);
        assertTrue(network.market.isBooked(gpuId, HOUR + 2));
        assertFalse(network.market.isBooked(gpuId, HOUR + 3));
    }

    function test_RefusesAnHourThatIsTaken() external {
        uint256 id = _rentOnDemand(alice, 5e6);
        _reserve(bob, HOUR + 2, 1);
        // a second into it
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.Marketplace_HoursTaken.selector, gpuId, HOUR + 2));
        vm.prank(alice);
        network.market.topUp(id, 695);
        assertEq(network.market.paidUntil(id), START + 7200);
    }

    function test_FillsTheHourThatItHas() external {
        uint256 id = _rentOnDemand(alice, 3_750_000);
        _reserve(bob, HOUR + 2, 1);
        vm.prank(alice);
        network.market.topUp(id, 1_250_000);
        assertEq(network.market.paidUntil(id), START + 7200);
    }

    function test_FreesTheFurtherHoursToo() external {
        uint256 id = _rentOnDemand(alice, 5e6);
        vm.startPrank(alice);
        network.market.topUp(id, 2_500_000);
        network.market.end(id);
        assertFalse(network.market.hasBookings(gpuId));
    }

    function test_BooksNothingForSpot() external {
        uint256 id = _rentSpot(alice, 1_250_001);
        vm.prank(bob);
        network.market.topUp(id, 1_250_001);
        assertEq(network.market.userExpires(gpuId), START + 7200);
        assertFalse(network.market.hasBookings(gpuId));
    }
}
