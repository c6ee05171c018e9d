// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDataCredits} from "contracts/src/interfaces/IDataCredits.sol";
import {IMarketplace} from "contracts/src/interfaces/IMarketplace.sol";
import {Rental} from "contracts/src/types/Types.sol";
import {Base} from "contracts/test/Base.t.sol";

contract RentOnDemandForTest is Base {
    function setUp() public override {
        super.setUp();
        _giveDc(alice, 100e6);
    }

    function test_RentsWithTheCustomersCreditsUpToTheAllowance() external {
        vm.prank(alice);
        network.credits.setSpender(stranger, 10e6);

        vm.prank(stranger);
        uint256 rentalId = network.market.rentOnDemandFor(alice, gpuId, 6e6, RATE);

        Rental memory rental = network.market.rentalOf(rentalId);
        assertEq(rental.customer, alice, "customer");
        assertEq(rental.escrowDc, 6e6, "escrow");
        assertEq(network.credits.balanceOf(alice), 94e6, "balance");
        assertEq(network.credits.spenderAllowance(alice, stranger), 4e6, "allowance left");

        // it is the customer's to end, not the spender's, and the rest goes back to the customer
        skip(60);
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.Marketplace_NotCustomer.selector, rentalId, stranger));
        vm.prank(stranger);
        network.market.end(rentalId);
        vm.prank(alice);
        network.market.end(rentalId);
        // a minute at 2.50 DC per hour costs ⌈41,666.67⌉ base units
        assertEq(network.credits.balanceOf(alice), 100e6 - 41_667, "the rest is back");
    }

    function test_RefusesMoreThanTheAllowance() external {
        vm.prank(alice);
        network.credits.setSpender(stranger, 5e6);
        vm.expectRevert(
            abi.encodeWithSelector(
                IDataCredits.DataCredits_OverAllowance.selector, alice, stranger, uint256(5e6), uint256(5e6 + 1)
            )
        );
        vm.prank(stranger);
        network.market.rentOnDemandFor(alice, gpuId, 5e6 + 1, RATE);
    }

    function test_RefusesWhomNobodyNamed() external {
        vm.expectRevert(
            abi.encodeWithSelector(
                IDataCredits.DataCredits_OverAllowance.selector, alice, stranger, uint256(0), uint256(6e6)
            )
        );
        vm.prank(stranger);
        network.market.rentOnDemandFor(alice, gpuId, 6e6, RATE);
    }
}
