// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SlotBase} from "contracts/test/SlotBase.sol";

/// ERC-4907's reading of a GPU: who uses it now, and until when at the latest.
contract UserOfTest is SlotBase {
    function test_KnowsNobodyOnAnIdleGpu() external view {
        _uses(address(0), 0);
    }

    function test_KnowsTheCustomerUntilTheFundsRunOut() external {
        _rentOnDemand(alice, 5e6);
        _uses(alice, START + 7200);
        skip(7199);
        _uses(alice, START + 7200);
        skip(1);
        _uses(address(0), 0);
    }

    function test_KnowsTheCustomerOfSpotUntilTheNextBooking() external {
        _rentSpot(alice, 2_500_002);
        _uses(alice, START + 7200);
        _reserve(bob, HOUR + 1, 1);
        _uses(alice, START + 3600);
    }

    function test_KnowsTheUserOfASlotUntilTheSlotEnds() external {
        uint256 slotId = _reserve(bob, HOUR, 3);
        _uses(address(0), 0);
        uint256 id = _checkIn(bob, slotId);
        _uses(bob, START + 3 hours);
        assertEq(network.market.paidUntil(id), START + 3 hours);
        skip(3 hours);
        _uses(address(0), 0);
    }

    function test_KnowsNobodyOnceTheRentalIsEnded() external {
        uint256 id = _rentOnDemand(alice, 5e6);
        vm.prank(alice);
        network.market.end(id);
        _uses(address(0), 0);
    }

    function _uses(address user, uint256 expires) private view {
        assertEq(network.market.userOf(gpuId), user);
        assertEq(network.market.userExpires(gpuId), expires);
    }
}
