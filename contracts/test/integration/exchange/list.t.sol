// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IExchange} from "contracts/src/interfaces/IExchange.sol";
import {Listing} from "contracts/src/types/Types.sol";
import {ExchangeBase} from "contracts/test/utils/ExchangeBase.sol";
import {TradedToken} from "contracts/test/utils/TradedToken.sol";

contract ExchangeListTest is ExchangeBase {
    function test_OffersTheTokenAndLeavesItWithItsOwner() external {
        vm.expectEmit(address(exchange));
        emit IExchange.Listed(address(slots), 1, seller, address(currency), 7, 1);
        vm.prank(seller);
        exchange.list(address(slots), 1, address(currency), 7);
        Listing memory listing = exchange.listingOf(address(slots), 1);
        assertEq(listing.seller, seller);
        assertEq(listing.currency, address(currency));
        assertEq(listing.price, 7);
        assertEq(listing.transferCount, 1);
        assertEq(slots.ownerOf(1), seller);
        assertTrue(exchange.isLive(address(slots), 1));
    }

    function test_OffersItForTheOwnerWhoIsTheSeller() external {
        vm.prank(seller);
        gpus.setApprovalForAll(stranger, true);
        vm.expectEmit(address(exchange));
        emit IExchange.Listed(address(gpus), 1, seller, address(currency), 7, 1);
        vm.prank(stranger);
        exchange.list(address(gpus), 1, address(currency), 7);
        assertEq(exchange.listingOf(address(gpus), 1).seller, seller);
    }

    function test_RefusesAStranger() external {
        vm.expectRevert(
            abi.encodeWithSelector(IExchange.Exchange_NotSeller.selector, address(gpus), 1, address(stranger))
        );
        vm.prank(stranger);
        exchange.list(address(gpus), 1, address(currency), 7);
    }

    function test_PutsTheNewPriceInThePlaceOfTheOld() external {
        vm.prank(seller);
        exchange.list(address(gpus), 1, address(currency), 7);
        assertEq(exchange.listingOf(address(gpus), 1).price, 7);
    }

    function test_LetsTheNextOwnerListIt() external {
        vm.prank(seller);
        gpus.transferFrom(seller, stranger, 1);
        vm.startPrank(stranger);
        gpus.approve(address(exchange), 1);
        exchange.list(address(gpus), 1, address(currency), 7);
        assertEq(exchange.listingOf(address(gpus), 1).seller, stranger);
        assertEq(exchange.listingOf(address(gpus), 1).transferCount, 2);
    }

    function test_RefusesACollectionOfSomebodyElse() external {
        TradedToken other = new TradedToken();
        vm.expectRevert(abi.encodeWithSelector(IExchange.Exchange_UnknownCollection.selector, address(other)));
        exchange.list(address(other), 1, address(currency), 7);
    }

    function test_RefusesACurrencyThatIsntAllowed() external {
        vm.expectRevert(abi.encodeWithSelector(IExchange.Exchange_CurrencyNotAllowed.selector, address(gpus)));
        vm.prank(seller);
        exchange.list(address(gpus), 1, address(gpus), 7);
    }

    function test_RefusesAPriceOfZero() external {
        vm.expectRevert(abi.encodeWithSelector(IExchange.Exchange_ZeroPrice.selector, address(gpus), 1));
        vm.prank(seller);
        exchange.list(address(gpus), 1, address(currency), 0);
    }

    function test_TakesThe79BillionThatFitAndRefusesMore() external {
        uint256 most = 79_228_162_514_264337593543950335; // 2^96 - 1
        vm.startPrank(seller);
        exchange.list(address(gpus), 1, address(currency), most);
        assertEq(exchange.listingOf(address(gpus), 1).price, most);
        vm.expectRevert(abi.encodeWithSelector(SafeCast.SafeCastOverflowedUintDowncast.selector, 96, most + 1));
        exchange.list(address(gpus), 1, address(currency), most + 1);
    }

    function test_RefusesATokenThatItCouldntHandOver() external {
        vm.startPrank(seller);
        gpus.setApprovalForAll(address(exchange), false);
        vm.expectRevert(abi.encodeWithSelector(IExchange.Exchange_NotApproved.selector, address(gpus), 1));
        exchange.list(address(gpus), 1, address(currency), 7);
        gpus.approve(address(exchange), 1);
        exchange.list(address(gpus), 1, address(currency), 7);
    }
}
