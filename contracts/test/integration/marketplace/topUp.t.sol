// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDataCredits} from "contracts/src/interfaces/IDataCredits.sol";
import {IMarketplace} from "contracts/src/interfaces/IMarketplace.sol";
import {Base} from "contracts/test/Base.t.sol";

contract TopUpTest is Base {
    uint256 private _id;

    function setUp() public override {
        super.setUp();
        _id = _rent(alice, gpuId, 5e6);
    }

    function test_ExtendsTheRental() external {
        _giveDc(alice, 2_500_000);
        skip(1 hours);
        vm.expectEmit(address(network.market));
        emit IMarketplace.RentalToppedUp(_id, alice, 2_500_000, START + 3 hours);
        vm.prank(alice);
        network.market.topUp(_id, 2_500_000);
        assertEq(network.market.paidUntil(_id), START + 3 hours);
        assertEq(network.credits.escrowed(), 7_500_000);
    }

    function test_CanBeDoneByAnyoneAndPaysBackToTheCustomer() external {
        _giveDc(bob, 2_500_000);
        vm.prank(bob);
        network.market.topUp(_id, 2_500_000);
        vm.prank(alice);
        network.market.end(_id);
        assertEq(network.credits.balanceOf(alice), 7_500_000);
        assertEq(network.credits.balanceOf(bob), 0);
    }

    /// Escrow that is too small for a second by itself still adds up: 694 + 1 µDC pay the second that 694.44 µDC cost.
    function test_CountsCrumbsTogether() external {
        _giveDc(alice, 695);
        vm.startPrank(alice);
        network.market.topUp(_id, 694);
        assertEq(network.market.paidUntil(_id), START + 7200);
        network.market.topUp(_id, 1);
        assertEq(network.market.paidUntil(_id), START + 7201);
    }

    function test_RefusesARentalWhoseFundsRanOut() external {
        _giveDc(alice, 1e6);
        skip(7200);
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.Marketplace_Ended.selector, _id));
        vm.prank(alice);
        network.market.topUp(_id, 1e6);
    }

    function test_RefusesARentalThatWasEnded() external {
        vm.startPrank(alice);
        network.market.end(_id);
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.Marketplace_Ended.selector, _id));
        network.market.topUp(_id, 1e6);
    }

    function test_RefusesNothing() external {
        vm.expectRevert(IMarketplace.Marketplace_ZeroAmount.selector);
        network.market.topUp(_id, 0);
    }

    /// The limit counts from now, not from the start: after an hour, an hour more can be paid.
    function test_ReachesSevenDaysAheadAtMost() external {
        _giveDc(alice, 420e6);
        vm.startPrank(alice);
        network.market.topUp(_id, 415e6);
        vm.expectRevert(
            abi.encodeWithSelector(
                IMarketplace.Marketplace_TooFarAhead.selector, START + 7 days + 1 hours, START + 7 days
            )
        );
        network.market.topUp(_id, 2_500_000);
        skip(1 hours);
        network.market.topUp(_id, 2_500_000);
        assertEq(network.market.paidUntil(_id), START + 7 days + 1 hours);
    }

    function test_RefusesAnAbsurdAmountWithATypedError() external {
        vm.expectPartialRevert(IMarketplace.Marketplace_TooFarAhead.selector);
        network.market.topUp(_id, type(uint256).max);
    }

    function test_RefusesAPayerWithoutTheCredits() external {
        vm.expectRevert(abi.encodeWithSelector(IDataCredits.DataCredits_Insufficient.selector, bob, 0, 1e6));
        vm.prank(bob);
        network.market.topUp(_id, 1e6);
    }

    function test_RefusesARentalThatDoesNotExist() external {
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.Marketplace_NoRental.selector, 99));
        network.market.topUp(99, 1e6);
    }

    function test_RefusesAReservedRental() external {
        uint256 otherGpu = _mintGpu(poolId, "gpu 2");
        _giveDc(bob, 5e6);
        vm.startPrank(bob);
        uint256 id = network.slots.checkIn(network.slots.reserve(otherGpu, START / 1 hours, 1, RATE));
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.Marketplace_PaidBySlot.selector, id));
        network.market.topUp(id, 1e6);
    }
}
