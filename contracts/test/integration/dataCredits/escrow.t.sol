// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDataCredits} from "contracts/src/interfaces/IDataCredits.sol";
import {Base} from "contracts/test/Base.t.sol";

contract EscrowTest is Base {
    address private _market;

    function setUp() public override {
        super.setUp();
        _market = address(network.market);
        _giveDc(alice, 10e6);
    }

    function test_DescribesItself() external view {
        assertEq(network.credits.name(), "Data Credit");
        assertEq(network.credits.symbol(), "DC");
        assertEq(network.credits.decimals(), 6);
        assertEq(network.credits.market(), _market);
    }

    function test_MovesCreditsIntoEscrowAndBack() external {
        vm.startPrank(_market);
        vm.expectEmit(address(network.credits));
        emit IDataCredits.CreditsEscrowed(alice, alice, 4e6);
        network.credits.escrow(alice, alice, 4e6);
        assertEq(network.credits.balanceOf(alice), 6e6);
        assertEq(network.credits.escrowed(), 4e6);
        assertEq(network.credits.totalSupply(), 10e6);

        vm.expectEmit(address(network.credits));
        emit IDataCredits.CreditsReturned(alice, 1e6);
        network.credits.release(alice, 1e6);
        assertEq(network.credits.balanceOf(alice), 7e6);
        assertEq(network.credits.escrowed(), 3e6);

        vm.expectEmit(address(network.credits));
        emit IDataCredits.CreditsBurned(alice, 3e6);
        network.credits.burnEscrowed(alice, 3e6);
        assertEq(network.credits.escrowed(), 0);
        assertEq(network.credits.totalSupply(), 7e6);
    }

    function test_RefusesMoreThanTheHolderHas() external {
        vm.expectRevert(abi.encodeWithSelector(IDataCredits.DataCredits_Insufficient.selector, alice, 10e6, 10e6 + 1));
        vm.prank(_market);
        network.credits.escrow(alice, alice, 10e6 + 1);
    }

    function test_LetsASpenderUseItsAllowanceOnly() external {
        vm.expectEmit(address(network.credits));
        emit IDataCredits.SpenderSet(alice, bob, 5e6);
        vm.prank(alice);
        network.credits.setSpender(bob, 5e6);

        vm.startPrank(_market);
        network.credits.escrow(alice, bob, 3e6);
        assertEq(network.credits.spenderAllowance(alice, bob), 2e6);
        vm.expectRevert(abi.encodeWithSelector(IDataCredits.DataCredits_OverAllowance.selector, alice, bob, 2e6, 3e6));
        network.credits.escrow(alice, bob, 3e6);
        vm.expectRevert(abi.encodeWithSelector(IDataCredits.DataCredits_OverAllowance.selector, alice, stranger, 0, 1));
        network.credits.escrow(alice, stranger, 1);
    }

    function test_RefusesMoreThanTheEscrowHolds() external {
        vm.startPrank(_market);
        network.credits.escrow(alice, alice, 4e6);
        vm.expectRevert(abi.encodeWithSelector(IDataCredits.DataCredits_EscrowShort.selector, 4e6, 4e6 + 1));
        network.credits.release(alice, 4e6 + 1);
        vm.expectRevert(abi.encodeWithSelector(IDataCredits.DataCredits_EscrowShort.selector, 4e6, type(uint256).max));
        network.credits.burnEscrowed(alice, type(uint256).max);
    }

    function test_ListensToTheMarketOnly() external {
        bytes memory refusal = abi.encodeWithSelector(IDataCredits.DataCredits_NotMarket.selector, alice);
        vm.startPrank(alice);
        vm.expectRevert(refusal);
        network.credits.escrow(alice, alice, 1);
        vm.expectRevert(refusal);
        network.credits.release(alice, 1);
        vm.expectRevert(refusal);
        network.credits.burnEscrowed(alice, 1);
    }
}
