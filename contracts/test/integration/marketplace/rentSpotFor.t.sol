// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDataCredits} from "contracts/src/interfaces/IDataCredits.sol";
import {SlotBase} from "contracts/test/SlotBase.sol";

contract RentSpotForTest is SlotBase {
    function test_RentsWithTheCustomersCreditsUpToTheAllowance() external {
        vm.prank(alice);
        network.credits.setSpender(stranger, 3_000_000);
        vm.prank(stranger);
        uint256 id = network.market.rentSpotFor(alice, gpuId, 2_500_002, SPOT_RATE);

        assertEq(network.market.userOf(gpuId), alice);
        assertEq(network.credits.balanceOf(alice), FUNDS - 2_500_002);
        assertEq(network.credits.spenderAllowance(alice, stranger), 499_998);
        vm.prank(alice);
        network.market.end(id);
        assertEq(network.credits.balanceOf(alice), FUNDS);
    }

    function test_RefusesWhomNobodyNamed() external {
        vm.expectRevert(
            abi.encodeWithSelector(
                IDataCredits.DataCredits_OverAllowance.selector, alice, stranger, uint256(0), uint256(2_500_002)
            )
        );
        vm.prank(stranger);
        network.market.rentSpotFor(alice, gpuId, 2_500_002, SPOT_RATE);
    }
}
