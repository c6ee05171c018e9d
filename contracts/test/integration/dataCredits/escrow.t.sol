// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IDataCredits} from "contracts/src/interfaces/IDataCredits.sol";
import {EpochBase} from "contracts/test/EpochBase.t.sol";

contract EscrowTest is EpochBase {
    function setUp() public override {
        super.setUp();
        _wire();
        vm.prank(treasury);
        credits.mintFor(alice, 5e18, 10e6, 0);
    }

    function test_DescribesItself() external view {
        assertEq(credits.name(), "Data Credit");
        assertEq(credits.symbol(), "DC");
        assertEq(credits.decimals(), 6);
        (address market_, address slots_) = credits.keepers();
        assertEq(market_, market);
        assertEq(slots_, slots);
    }

    function test_MovesCreditsIntoEscrowAndBack() external {
        vm.startPrank(market);
        vm.expectEmit(address(credits));
        emit IDataCredits.CreditsEscrowed(market, alice, alice, 4e6);
        credits.escrow(alice, alice, 4e6);
        assertEq(credits.balanceOf(alice), 6e6);
        assertEq(credits.escrowed(), 4e6);
        assertEq(credits.totalSupply(), 10e6);

        vm.expectEmit(address(credits));
        emit IDataCredits.CreditsReturned(market, alice, 1e6);
        credits.release(alice, 1e6);
        assertEq(credits.balanceOf(alice), 7e6);
        assertEq(credits.escrowed(), 3e6);

        vm.expectEmit(address(credits));
        emit IDataCredits.CreditsBurned(market, 3e6);
        credits.burnEscrowed(3e6);
        assertEq(credits.escrowed(), 0);
        assertEq(credits.totalSupply(), 7e6);
    }

    function test_KeepsTheTwoEscrowsApart() external {
        vm.prank(market);
        credits.escrow(alice, alice, 3e6);
        vm.startPrank(slots);
        credits.escrow(alice, alice, 5e6);
        assertEq(credits.escrowOf(market), 3e6);
        assertEq(credits.escrowOf(slots), 5e6);
        assertEq(credits.escrowed(), 8e6);
        credits.burnEscrowed(1e6);
        credits.release(bob, 2e6);
        vm.expectRevert(abi.encodeWithSelector(IDataCredits.DataCredits_EscrowShort.selector, slots, 2e6, 2e6 + 1));
        credits.burnEscrowed(2e6 + 1);
        vm.stopPrank();
        vm.prank(market);
        credits.burnEscrowed(2e6);

        assertEq(credits.escrowOf(market), 1e6);
        assertEq(credits.escrowOf(slots), 2e6);
        assertEq(credits.escrowed(), 3e6);
        // 2 with alice, 2 with bob, 3 in escrow
        assertEq(credits.totalSupply(), 7e6);
        assertEq(credits.escrowOf(alice), 0);
    }

    function test_RefusesMoreThanTheHolderHas() external {
        vm.expectRevert(abi.encodeWithSelector(IDataCredits.DataCredits_Insufficient.selector, alice, 10e6, 10e6 + 1));
        vm.prank(market);
        credits.escrow(alice, alice, 10e6 + 1);
    }

    function test_LetsASpenderUseItsAllowanceOnly() external {
        vm.expectEmit(address(credits));
        emit IDataCredits.SpenderSet(alice, bob, 5e6);
        vm.prank(alice);
        credits.setSpender(bob, 5e6);

        vm.startPrank(market);
        credits.escrow(alice, bob, 3e6);
        assertEq(credits.spenderAllowance(alice, bob), 2e6);
        vm.expectRevert(abi.encodeWithSelector(IDataCredits.DataCredits_OverAllowance.selector, alice, bob, 2e6, 3e6));
        credits.escrow(alice, bob, 3e6);
        vm.expectRevert(abi.encodeWithSelector(IDataCredits.DataCredits_OverAllowance.selector, alice, stranger, 0, 1));
        credits.escrow(alice, stranger, 1);
    }

    function test_RefusesMoreThanTheEscrowHolds() external {
        vm.startPrank(market);
        credits.escrow(alice, alice, 4e6);
        vm.expectRevert(abi.encodeWithSelector(IDataCredits.DataCredits_EscrowShort.selector, market, 4e6, 4e6 + 1));
        credits.release(alice, 4e6 + 1);
        uint256 absurd = type(uint256).max;
        vm.expectRevert(abi.encodeWithSelector(IDataCredits.DataCredits_EscrowShort.selector, market, 4e6, absurd));
        credits.burnEscrowed(absurd);
    }

    function test_ListensToTheKeepersOnly() external {
        bytes memory refusal = abi.encodeWithSelector(IDataCredits.DataCredits_NotKeeper.selector, alice);
        vm.startPrank(alice);
        vm.expectRevert(refusal);
        credits.escrow(alice, alice, 1);
        vm.expectRevert(refusal);
        credits.release(alice, 1);
        vm.expectRevert(refusal);
        credits.burnEscrowed(1);
    }

    function test_NamesTheKeepersOnce() external {
        _deploy();
        vm.expectEmit(address(credits));
        emit IDataCredits.KeepersSet(slots, market);
        credits.setKeepers(slots, market);
        vm.expectRevert(abi.encodeWithSelector(IDataCredits.DataCredits_KeepersSet.selector, slots, market));
        credits.setKeepers(alice, bob);
    }

    function test_RefusesKeepersThatAreMissingOrTheSame() external {
        _deploy();
        vm.expectRevert(abi.encodeWithSelector(IDataCredits.DataCredits_BadKeepers.selector, address(0), slots));
        credits.setKeepers(address(0), slots);
        vm.expectRevert(abi.encodeWithSelector(IDataCredits.DataCredits_BadKeepers.selector, market, address(0)));
        credits.setKeepers(market, address(0));
        vm.expectRevert(abi.encodeWithSelector(IDataCredits.DataCredits_BadKeepers.selector, market, market));
        credits.setKeepers(market, market);
    }

    function test_LetsOnlyTheAdminNameKeepers() external {
        _deploy();
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, guardian));
        vm.prank(guardian);
        credits.setKeepers(market, slots);
    }
}
