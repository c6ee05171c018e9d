// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IExchange} from "contracts/src/interfaces/IExchange.sol";
import {
    BlockingCurrency,
    Currency,
    FalseCurrency,
    FeeCurrency,
    ReentrantCurrency
} from "contracts/test/utils/Currencies.sol";
import {ExchangeBase} from "contracts/test/utils/ExchangeBase.sol";

contract ExchangeCurrenciesTest is ExchangeBase {
    function test_AllowsACurrencyAndEndsIt() external {
        assertTrue(exchange.isCurrency(address(currency)));
        vm.expectEmit(address(exchange));
        emit IExchange.CurrencySet(address(currency), false);
        vm.prank(admin);
        exchange.setCurrency(address(currency), false);
        assertFalse(exchange.isCurrency(address(currency)));
    }

    function test_RefusesWhoeverIsntTheAdmin() external {
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, stranger));
        vm.prank(stranger);
        exchange.setCurrency(address(currency), false);
    }

    function test_RefusesTheZeroAddress() external {
        vm.expectRevert(IExchange.Exchange_ZeroAddress.selector);
        vm.prank(admin);
        exchange.setCurrency(address(0), true);
    }

    /// A hundredth is kept of 25.00 on the way in: 24.75 can be paid out, and no more is owed.
    function test_CreditsOnlyWhatArrivedOfACurrencyThatKeepsAFee() external {
        Currency fee = _allow(new FeeCurrency());
        _list(fee);
        _fund(fee);
        vm.expectEmit(address(exchange));
        emit IExchange.Sold(address(gpus), 1, seller, buyer, address(fee), 1000e6, operator, 24.75e6);
        _buyFunded(fee);
        assertEq(fee.balanceOf(address(exchange)), 24.75e6);
        assertEq(fee.balanceOf(seller), 965.25e6);
        vm.prank(operator);
        assertEq(exchange.withdrawRoyalties(address(fee)), 24.75e6);
        assertEq(fee.balanceOf(address(exchange)), 0);
    }

    function test_SellsNothingForACurrencyThatAnswersFalse() external {
        Currency lying = _allow(new FalseCurrency());
        _list(lying);
        _fund(lying);
        vm.expectRevert(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(lying)));
        _buyFunded(lying);
    }

    function test_SellsThoughTheReceiverOfTheRoyaltyIsBlocked() external {
        BlockingCurrency blocking = new BlockingCurrency();
        _allow(blocking);
        _list(blocking);
        blocking.block_(operator);
        _buy(blocking);
        assertEq(gpus.ownerOf(1), buyer);
        vm.expectRevert(abi.encodeWithSelector(BlockingCurrency.BlockingCurrency_Blocked.selector, operator));
        vm.prank(operator);
        exchange.withdrawRoyalties(address(blocking));
        assertEq(exchange.royaltiesOf(operator, address(blocking)), 25e6);
    }

    function test_LetsNobodyBuyInTheMidstOfASale() external {
        gpus.mint(seller, 2);
        ReentrantCurrency reentrant = _reentrant();
        vm.prank(seller);
        exchange.list(address(gpus), 2, address(reentrant), 1);
        bytes memory second = abi.encodeCall(exchange.buy, (address(gpus), 2, address(reentrant), 1, 1));
        _expectNoWayIn(reentrant, second);
        assertEq(gpus.ownerOf(2), seller);
    }

    function test_LetsNobodyWithdrawInTheMidstOfASale() external {
        ReentrantCurrency reentrant = _reentrant();
        // the currency itself is owed something: without the guard it could take it while the royalty is measured
        gpus.setRoyalty(address(reentrant), 250);
        _buy(reentrant);
        gpus.mint(seller, 2);
        vm.prank(seller);
        exchange.list(address(gpus), 2, address(reentrant), PRICE);
        _fund(reentrant);
        reentrant.callBack(address(exchange), abi.encodeCall(exchange.withdrawRoyalties, (address(reentrant))));
        vm.prank(buyer);
        exchange.buy(address(gpus), 2, address(reentrant), PRICE, 1);
        assertEq(reentrant.answer(), ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        assertEq(exchange.royaltiesOf(address(reentrant), address(reentrant)), 50e6);
        assertEq(reentrant.balanceOf(address(exchange)), 50e6);
    }

    function test_LetsNobodyWithdrawTwiceAtOnce() external {
        ReentrantCurrency reentrant = _reentrant();
        gpus.setRoyalty(address(reentrant), 250);
        _buy(reentrant);
        bytes memory again = abi.encodeCall(exchange.withdrawRoyalties, (address(reentrant)));
        reentrant.callBack(address(exchange), again);
        vm.prank(address(reentrant));
        exchange.withdrawRoyalties(address(reentrant));
        assertEq(reentrant.answer(), ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        assertEq(reentrant.balanceOf(address(reentrant)), 25e6);
    }

    function _reentrant() private returns (ReentrantCurrency reentrant) {
        reentrant = new ReentrantCurrency();
        _allow(reentrant);
        _list(reentrant);
    }

    function _expectNoWayIn(ReentrantCurrency reentrant, bytes memory call) private {
        _fund(reentrant);
        reentrant.callBack(address(exchange), call);
        _buyFunded(reentrant);
        assertEq(reentrant.answer(), ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        assertEq(gpus.ownerOf(1), buyer);
    }
}
