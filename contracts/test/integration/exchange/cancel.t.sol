// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IExchange} from "contracts/src/interfaces/IExchange.sol";
import {ExchangeBase} from "contracts/test/utils/ExchangeBase.sol";

contract ExchangeCancelTest is ExchangeBase {
    function test_TakesTheListingBack() external {
        vm.expectEmit(address(exchange));
        emit IExchange.Unlisted(address(gpus), 1, seller);
        vm.prank(seller);
        exchange.cancel(address(gpus), 1);
        assertEq(exchange.listingOf(address(gpus), 1).seller, address(0));
        assertFalse(exchange.isLive(address(gpus), 1));
    }

    function test_TakesItBackForTheSeller() external {
        vm.prank(seller);
        gpus.setApprovalForAll(stranger, true);
        vm.prank(stranger);
        exchange.cancel(address(gpus), 1);
        assertEq(exchange.listingOf(address(gpus), 1).seller, address(0));
    }

    function test_RefusesAStrangerWhileTheListingLives() external {
        vm.expectRevert(abi.encodeWithSelector(IExchange.Exchange_NotSeller.selector, address(gpus), 1, stranger));
        vm.prank(stranger);
        exchange.cancel(address(gpus), 1);
    }

    function test_LetsAnyoneClearADeadListingAway() external {
        vm.prank(seller);
        gpus.transferFrom(seller, buyer, 1);
        vm.expectEmit(address(exchange));
        emit IExchange.Unlisted(address(gpus), 1, seller);
        vm.prank(stranger);
        exchange.cancel(address(gpus), 1);
    }

    function test_RefusesATokenThatIsntListed() external {
        vm.expectRevert(abi.encodeWithSelector(IExchange.Exchange_NotListed.selector, address(slots), 1));
        vm.prank(seller);
        exchange.cancel(address(slots), 1);
    }

    function test_RefusesACollectionItDoesntKnow() external {
        vm.expectRevert(abi.encodeWithSelector(IExchange.Exchange_UnknownCollection.selector, address(currency)));
        exchange.cancel(address(currency), 1);
    }

    function test_CancelsInACurrencyThatIsntAllowedAnyMore() external {
        vm.prank(admin);
        exchange.setCurrency(address(currency), false);
        vm.prank(seller);
        exchange.cancel(address(gpus), 1);
        assertEq(exchange.listingOf(address(gpus), 1).seller, address(0));
    }
}
