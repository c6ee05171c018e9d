// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IExchange} from "contracts/src/interfaces/IExchange.sol";
import {ExchangeBase} from "contracts/test/utils/ExchangeBase.sol";

contract ExchangeBuyTest is ExchangeBase {
    function test_HandsTheTokenOverAndPaysTheSellerAtOnce() external {
        _fund(currency);
        vm.expectEmit(address(exchange));
        emit IExchange.Sold(address(gpus), 1, seller, buyer, address(currency), 1000e6, operator, 25e6);
        _buyFunded(currency);
        assertEq(gpus.ownerOf(1), buyer);
        assertEq(currency.balanceOf(seller), 975e6);
        assertEq(currency.balanceOf(buyer), 0);
        assertEq(exchange.royaltiesOf(operator, address(currency)), 25e6);
        assertEq(exchange.listingOf(address(gpus), 1).seller, address(0));
    }

    function test_SellsSlotsToo() external {
        vm.prank(seller);
        exchange.list(address(slots), 1, address(currency), PRICE);
        _fund(currency);
        vm.prank(buyer);
        exchange.buy(address(slots), 1, address(currency), PRICE, 1);
        assertEq(slots.ownerOf(1), buyer);
        assertEq(gpus.ownerOf(1), seller);
        assertTrue(exchange.isLive(address(gpus), 1));
    }

    function test_SellsOnce() external {
        _buy(currency);
        vm.expectRevert(abi.encodeWithSelector(IExchange.Exchange_NotListed.selector, address(gpus), 1));
        vm.prank(stranger);
        exchange.buy(address(gpus), 1, address(currency), PRICE, 2);
    }

    function test_RefusesAListingWhoseTokenHasMoved() external {
        vm.prank(seller);
        gpus.transferFrom(seller, stranger, 1);
        _expectDead();
    }

    /// The seller has it again, yet it isn't offered: what came of it in between nobody can say.
    function test_RefusesAListingWhoseTokenHasMovedAndComeBack() external {
        vm.prank(seller);
        gpus.transferFrom(seller, stranger, 1);
        vm.prank(stranger);
        gpus.transferFrom(stranger, seller, 1);
        assertFalse(exchange.isLive(address(gpus), 1));
        _expectDead();
    }

    function test_RefusesATokenThatIsNotAsTheBuyerSawIt() external {
        gpus.diminish(1);
        _expectDead();
        _list(currency);
        vm.expectRevert(abi.encodeWithSelector(IExchange.Exchange_TokenMoved.selector, address(gpus), 1, 2, 1));
        _buyFunded(currency);
    }

    function test_RefusesAHigherPriceThanTheBuyerNamed() external {
        _fund(currency);
        vm.expectRevert(abi.encodeWithSelector(IExchange.Exchange_PriceTooHigh.selector, PRICE, PRICE - 1));
        vm.prank(buyer);
        exchange.buy(address(gpus), 1, address(currency), PRICE - 1, 1);
    }

    function test_RefusesAnotherCurrencyThanTheBuyerNamed() external {
        vm.expectRevert(
            abi.encodeWithSelector(IExchange.Exchange_OtherCurrency.selector, address(currency), address(slots))
        );
        vm.prank(buyer);
        exchange.buy(address(gpus), 1, address(slots), PRICE, 1);
    }

    function test_RefusesTheSeller() external {
        vm.expectRevert(abi.encodeWithSelector(IExchange.Exchange_SelfPurchase.selector, address(gpus), 1, seller));
        vm.prank(seller);
        exchange.buy(address(gpus), 1, address(currency), PRICE, 1);
    }

    function test_RefusesACurrencyThatIsntAllowedAnyMore() external {
        _fund(currency);
        vm.prank(admin);
        exchange.setCurrency(address(currency), false);
        assertFalse(exchange.isLive(address(gpus), 1));
        vm.expectRevert(abi.encodeWithSelector(IExchange.Exchange_CurrencyNotAllowed.selector, address(currency)));
        _buyFunded(currency);
    }

    function test_FailsWhenTheApprovalIsGone() external {
        vm.prank(seller);
        gpus.setApprovalForAll(address(exchange), false);
        _fund(currency);
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721InsufficientApproval.selector, address(exchange), 1));
        _buyFunded(currency);
    }

    function _expectDead() private {
        vm.expectRevert(abi.encodeWithSelector(IExchange.Exchange_ListingDead.selector, address(gpus), 1));
        _buyFunded(currency);
    }
}
