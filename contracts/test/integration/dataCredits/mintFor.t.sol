// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IDataCredits} from "contracts/src/interfaces/IDataCredits.sol";
import {IPriceFeed} from "contracts/src/interfaces/IPriceFeed.sol";
import {Base} from "contracts/test/Base.t.sol";

contract MintForTest is Base {
    bytes32 private constant INVOICE = "invoice 7";

    function setUp() public override {
        super.setUp();
        _giveBct(alice, 10e18);
    }

    function test_BurnsBctAndCreditsItsWorth() external {
        uint256 supply = network.token.totalSupply();
        vm.expectEmit(address(network.credits));
        emit IDataCredits.CreditsMinted(alice, bob, INVOICE, 3e18, 6e6, PRICE);
        vm.prank(alice);
        assertEq(network.credits.mintFor(bob, 3e18, 6e6, INVOICE), 6e6);

        assertEq(network.credits.balanceOf(bob), 6e6);
        assertEq(network.credits.balanceOf(alice), 0);
        assertEq(network.credits.totalSupply(), 6e6);
        assertEq(network.token.balanceOf(alice), 7e18);
        assertEq(network.token.totalSupply(), supply - 3e18);
    }

    /// 1.9999995 BCT are worth 3.999999 DC exactly; a wei less is worth less than that.
    function test_RoundsTheCreditsDown() external {
        vm.startPrank(alice);
        assertEq(network.credits.mintFor(alice, 1.9999995e18, 0, 0), 3_999_999);
        assertEq(network.credits.mintFor(alice, 1.9999995e18 - 1, 0, 0), 3_999_998);
    }

    function test_SellsAtTheLowerOfAnswerAndAverage() external {
        network.priceFeed.acceptPrice();
        skip(15 minutes);
        _report(2.2e8);
        network.priceFeed.acceptPrice();
        skip(15 minutes);
        _report(2.2e8);
        // 15 of the last 30 minutes at 2.00, 15 at 2.20: the average is 2.10
        vm.prank(alice);
        assertEq(network.credits.mintFor(alice, 1e18, 0, 0), 2.1e6);

        // half an hour later the average has caught up with 2.20, and a fall counts at once
        skip(30 minutes);
        _report(1.98e8);
        vm.prank(alice);
        assertEq(network.credits.mintFor(alice, 1e18, 0, 0), 1.98e6);
    }

    function test_TalliesTheBctBurnedInTheEpoch() external {
        assertEq(network.credits.epochAt(START), 0);
        vm.prank(alice);
        network.credits.mintFor(bob, 3e18, 0, 0);
        vm.prank(alice);
        network.credits.mintExactFor(bob, 2e6, 1e18, 0);
        // midnight UTC
        vm.warp(GENESIS + 1 days);
        _report(PRICE);
        vm.prank(alice);
        network.credits.mintFor(bob, 5e18, 0, 0);
        assertEq(network.credits.bctBurnedIn(0), 4e18);
        assertEq(network.credits.bctBurnedIn(1), 5e18);
        assertEq(network.credits.bctBurnedIn(2), 0);
    }

    function test_RefusesFewerCreditsThanAskedFor() external {
        vm.expectRevert(abi.encodeWithSelector(IDataCredits.DataCredits_TooFewCredits.selector, 2e6, 2e6 + 1));
        vm.prank(alice);
        network.credits.mintFor(alice, 1e18, 2e6 + 1, 0);
    }

    function test_RefusesAmountsThatAreWorthNothing() external {
        vm.startPrank(alice);
        vm.expectRevert(IDataCredits.DataCredits_ZeroAmount.selector);
        network.credits.mintFor(alice, 0, 0, 0);
        // half a µDC
        vm.expectRevert(IDataCredits.DataCredits_ZeroAmount.selector);
        network.credits.mintFor(alice, 2.5e11, 0, 0);
    }

    function test_RefusesTheZeroAddress() external {
        vm.expectRevert(IDataCredits.DataCredits_ZeroRecipient.selector);
        vm.prank(alice);
        network.credits.mintFor(address(0), 1e18, 0, 0);
    }

    function test_AcceptsEachReferenceOncePerPayer() external {
        _giveBct(bob, 1e18);
        vm.startPrank(alice);
        network.credits.mintFor(alice, 1e18, 0, INVOICE);
        vm.expectRevert(abi.encodeWithSelector(IDataCredits.DataCredits_ReferenceUsed.selector, alice, INVOICE));
        network.credits.mintFor(alice, 1e18, 0, INVOICE);
        vm.stopPrank();
        // somebody else's reference can't block it
        vm.prank(bob);
        network.credits.mintFor(bob, 1e18, 0, INVOICE);
    }

    function test_RefusesAPayerWithoutBct() external {
        vm.prank(alice);
        network.token.approve(address(network.credits), 11e18);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, alice, 10e18, 11e18));
        vm.prank(alice);
        network.credits.mintFor(alice, 11e18, 0, 0);
    }

    function test_RefusesAPayerWhoDidNotApprove() external {
        vm.prank(treasury);
        network.token.transfer(stranger, 1e18);
        address credits = address(network.credits);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, credits, 0, 1e18));
        vm.prank(stranger);
        network.credits.mintFor(stranger, 1e18, 0, 0);
    }

    function test_RefusesWhileThePriceIsStale() external {
        skip(601);
        vm.expectRevert(abi.encodeWithSelector(IPriceFeed.PriceFeed_Stale.selector, START, 600));
        vm.prank(alice);
        network.credits.mintFor(alice, 1e18, 0, 0);
    }

    function test_RoundsTheBctUp() external {
        vm.startPrank(alice);
        // 1 µDC at 2 USD costs 5e11 wei exactly
        assertEq(network.credits.mintExactFor(alice, 1, 5e11, 0), 5e11);
        vm.stopPrank();
        skip(30 minutes);
        _report(1.8e8);
        vm.startPrank(alice);
        // 1 µDC at 1.80 USD costs 555,555,555,555.5… wei
        assertEq(network.credits.mintExactFor(alice, 1, 555_555_555_556, 0), 555_555_555_556);
        vm.expectRevert(
            abi.encodeWithSelector(IDataCredits.DataCredits_TooMuchBct.selector, 555_555_555_556, 555_555_555_555)
        );
        network.credits.mintExactFor(alice, 1, 555_555_555_555, 0);
    }

    function test_CarriesReferenceAndRecipient() external {
        vm.expectEmit(address(network.credits));
        emit IDataCredits.CreditsMinted(alice, bob, INVOICE, 0.5e18, 1e6, PRICE);
        vm.expectCall(address(network.token), abi.encodeCall(ERC20Burnable.burnFrom, (alice, 0.5e18)));
        vm.prank(alice);
        network.credits.mintExactFor(bob, 1e6, 0.5e18, INVOICE);
        vm.expectRevert(IDataCredits.DataCredits_ZeroAmount.selector);
        network.credits.mintExactFor(bob, 0, 0, 0);
    }
}
