// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IExchange} from "contracts/src/interfaces/IExchange.sol";
import {ExchangeBase} from "contracts/test/utils/ExchangeBase.sol";

contract ExchangeRoyaltiesTest is ExchangeBase {
    function test_PaysWhatIsCreditedOnce() external {
        _buy(currency);
        vm.expectEmit(address(exchange));
        emit IExchange.RoyaltyWithdrawn(operator, address(currency), 25e6);
        vm.startPrank(operator);
        assertEq(exchange.withdrawRoyalties(address(currency)), 25e6);
        assertEq(currency.balanceOf(operator), 25e6);
        assertEq(currency.balanceOf(address(exchange)), 0);
        _expectNone(operator);
        exchange.withdrawRoyalties(address(currency));
    }

    function test_AddsUpOverSales() external {
        _buy(currency);
        vm.startPrank(buyer);
        gpus.approve(address(exchange), 1);
        exchange.list(address(gpus), 1, address(currency), 100e6);
        vm.stopPrank();
        currency.mint(stranger, 100e6);
        vm.startPrank(stranger);
        currency.approve(address(exchange), 100e6);
        exchange.buy(address(gpus), 1, address(currency), 100e6, 2);
        // 2.5 % of 1,000 and of 100
        assertEq(exchange.royaltiesOf(operator, address(currency)), 27.5e6);
    }

    function test_GivesNobodyTheRoyaltiesOfAnother() external {
        _buy(currency);
        _expectNone(stranger);
        vm.prank(stranger);
        exchange.withdrawRoyalties(address(currency));
    }

    function test_PaysInACurrencyThatIsntAllowedAnyMore() external {
        _buy(currency);
        vm.prank(admin);
        exchange.setCurrency(address(currency), false);
        vm.prank(operator);
        exchange.withdrawRoyalties(address(currency));
        assertEq(currency.balanceOf(operator), 25e6);
    }

    function test_CapsTheRoyaltyAtATenth() external {
        gpus.setRoyalty(operator, 5000);
        _buy(currency);
        assertEq(exchange.royaltiesOf(operator, address(currency)), 100e6);
        assertEq(currency.balanceOf(seller), 900e6);
    }

    function test_LeavesATenthAlone() external {
        gpus.setRoyalty(operator, 1000);
        _buy(currency);
        assertEq(exchange.royaltiesOf(operator, address(currency)), 100e6);
    }

    function test_PaysTheSellerAllWhenNoRoyaltyIsAsked() external {
        gpus.setRoyalty(operator, 0);
        _expectNoRoyalty();
    }

    /// The operator's first sale of a GPU.
    function test_PaysTheSellerAllWhenTheRoyaltyWouldBeItsOwn() external {
        gpus.setRoyalty(seller, 250);
        _expectNoRoyalty();
        assertEq(exchange.royaltiesOf(seller, address(currency)), 0);
    }

    function test_PaysTheSellerAllWhenTheRoyaltyIsNobodys() external {
        bytes memory question = abi.encodeCall(gpus.royaltyInfo, (1, PRICE));
        vm.mockCall(address(gpus), question, abi.encode(address(0), 25e6));
        _expectNoRoyalty();
    }

    function _expectNoRoyalty() private {
        _fund(currency);
        vm.expectEmit(address(exchange));
        emit IExchange.Sold(address(gpus), 1, seller, buyer, address(currency), PRICE, address(0), 0);
        _buyFunded(currency);
        assertEq(currency.balanceOf(seller), PRICE);
        assertEq(currency.balanceOf(address(exchange)), 0);
    }

    function _expectNone(address receiver) private {
        vm.expectRevert(abi.encodeWithSelector(IExchange.Exchange_NoRoyalties.selector, receiver, address(currency)));
    }
}
