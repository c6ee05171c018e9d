// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {Exchange} from "contracts/src/Exchange.sol";
import {Currency} from "contracts/test/utils/Currencies.sol";
import {Test} from "contracts/test/utils/TestKit.sol";
import {TradedToken} from "contracts/test/utils/TradedToken.sol";

/// @title An exchange, its two collections with a token each, a currency and a seller with a listing of token 1
/// @dev Expected values are written out by hand from these: a price of 1,000.00, a royalty of 2.5 %.
abstract contract ExchangeBase is Test {
    uint256 internal constant PRICE = 1000e6;

    address internal admin = makeAddr("admin");
    address internal operator = makeAddr("operator");
    address internal seller = makeAddr("seller");
    address internal buyer = makeAddr("buyer");
    address internal stranger = makeAddr("stranger");

    TradedToken internal gpus;
    TradedToken internal slots;
    Currency internal currency;
    Exchange internal exchange;

    function setUp() public virtual {
        gpus = new TradedToken();
        slots = new TradedToken();
        exchange = Exchange(deployCode(_artifact("Exchange"), abi.encode(new AccessManager(admin), gpus, slots)));
        gpus.setRoyalty(operator, 250);
        slots.setRoyalty(operator, 250);
        gpus.mint(seller, 1);
        slots.mint(seller, 1);
        vm.startPrank(seller);
        gpus.setApprovalForAll(address(exchange), true);
        slots.setApprovalForAll(address(exchange), true);
        vm.stopPrank();
        currency = _allow(new Currency());
        _list(currency);
    }

    function _allow(Currency currency_) internal returns (Currency) {
        vm.prank(admin);
        exchange.setCurrency(address(currency_), true);
        return currency_;
    }

    function _list(Currency currency_) internal {
        vm.prank(seller);
        exchange.list(address(gpus), 1, address(currency_), PRICE);
    }

    /// @dev Gives the buyer the price, approved.
    function _fund(Currency currency_) internal {
        currency_.mint(buyer, PRICE);
        vm.prank(buyer);
        currency_.approve(address(exchange), PRICE);
    }

    function _buy(Currency currency_) internal {
        _fund(currency_);
        _buyFunded(currency_);
    }

    function _buyFunded(Currency currency_) internal {
        vm.prank(buyer);
        exchange.buy(address(gpus), 1, address(currency_), PRICE, 1);
    }
}
