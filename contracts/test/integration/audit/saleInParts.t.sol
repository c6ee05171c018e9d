// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Currency, ReentrantCurrency} from "contracts/test/utils/Currencies.sol";
import {SlotBase} from "contracts/test/SlotBase.sol";

/// Alice sells ten hours to bob for a currency that lets her act while it moves.
contract SaleInPartsTest is SlotBase {
    ReentrantCurrency private _currency;
    uint256 private _id;

    function setUp() public override {
        super.setUp();
        _currency = new ReentrantCurrency();
        _currency.mint(bob, 100e6);
        vm.prank(admin);
        network.exchange.setCurrency(address(_currency), true);
        vm.prank(bob);
        _currency.approve(address(network.exchange), 100e6);
        _id = _reserve(alice, HOUR + 1, 10);
        vm.startPrank(alice);
        network.slots.setApprovalForAll(address(network.exchange), true);
        network.exchange.list(address(network.slots), _id, address(_currency), 100e6);
        // whoever the currency calls acts for her
        network.slots.setApprovalForAll(address(_currency), true);
        vm.stopPrank();
    }

    function test_HandsOverAllThatWasPaidForThoughTheSellerCutsItMeanwhile() external {
        uint32[] memory cuts = new uint32[](1);
        cuts[0] = uint32(HOUR + 2);
        _currency.callBack(address(network.slots), abi.encodeCall(network.slots.split, (_id, cuts)));
        vm.prank(bob);
        network.exchange.buy(address(network.slots), _id, address(_currency), 100e6, 0);
        assertTrue(_currency.isCalled());
        assertEq(network.slots.ownerOf(_id), bob);
        assertEq(network.slots.slotOf(_id).endHour, HOUR + 11);
        assertEq(_currency.balanceOf(alice), 99e6);
    }
}
