// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IMarketplace} from "contracts/src/interfaces/IMarketplace.sol";
import {IMeter} from "contracts/src/interfaces/IMeter.sol";
import {EndReason} from "contracts/src/types/Types.sol";
import {Base} from "contracts/test/Base.t.sol";

contract EndTest is Base {
    uint256 private _id;

    function setUp() public override {
        super.setUp();
        _id = _rent(alice, gpuId, 5e6);
    }

    /// 1,801 s at 2.50 DC per hour owe 1.250694.4… DC, rounded up.
    function test_SettlesAndReturnsTheRestToTheCustomer() external {
        skip(1801);
        vm.expectEmit(address(network.market));
        emit IMeter.UsageSettled(_id, gpuId, poolId, operatorId, alice, 1_250_695, 0.6253475e18, START, START + 1801, 0);
        vm.expectEmit(address(network.market));
        emit IMarketplace.RentalEnded(_id, gpuId, EndReason.CUSTOMER, 3_749_305, START + 1801);
        vm.prank(alice);
        network.market.end(_id);

        assertEq(network.credits.balanceOf(alice), 3_749_305);
        assertEq(network.credits.escrowed(), 0);
        assertEq(network.credits.totalSupply(), 3_749_305);
        assertEq(network.market.runningRental(gpuId), 0);
        assertEq(network.market.due(_id), 0);
        assertTrue(network.market.rentalOf(_id).isEnded);
    }

    function test_ReturnsEverythingInTheSecondOfTheStart() external {
        vm.expectEmit(address(network.market));
        emit IMarketplace.RentalEnded(_id, gpuId, EndReason.CUSTOMER, 5e6, START);
        vm.prank(alice);
        network.market.end(_id);
        assertEq(network.credits.balanceOf(alice), 5e6);
        assertEq(network.rewards.burnedIn(0), 0);
    }

    function test_RefusesAnyoneElseWhileFunded() external {
        skip(7199);
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.Marketplace_NotCustomer.selector, _id, owner));
        vm.prank(owner);
        network.market.end(_id);
    }

    function test_LetsAnyoneEndItOnceFundsRanOut() external {
        skip(7200);
        vm.expectEmit(address(network.market));
        emit IMarketplace.RentalEnded(_id, gpuId, EndReason.FUNDS, 0, START + 7200);
        vm.prank(stranger);
        network.market.end(_id);
        assertEq(network.rewards.burnedIn(0), 5e6);
    }

    /// Late by days, the use still ended when the funds did, and its burn belongs to the day of the call.
    function test_EndsInThePastWhenCalledLate() external {
        skip(3 days);
        vm.expectEmit(address(network.market));
        emit IMeter.UsageSettled(_id, gpuId, poolId, operatorId, alice, 5e6, 2.5e18, START, START + 7200, 3);
        vm.expectEmit(address(network.market));
        emit IMarketplace.RentalEnded(_id, gpuId, EndReason.FUNDS, 0, START + 7200);
        vm.prank(alice);
        network.market.end(_id);
        assertEq(network.rewards.burnedIn(3), 5e6);
    }

    function test_CannotBeDoneTwice() external {
        vm.startPrank(alice);
        network.market.end(_id);
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.Marketplace_Ended.selector, _id));
        network.market.end(_id);
    }

    function test_RefusesARentalThatDoesNotExist() external {
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.Marketplace_NoRental.selector, 99));
        network.market.end(99);
    }

    function test_LeavesTheNextRentalOfTheGpuAlone() external {
        vm.prank(alice);
        network.market.end(_id);
        uint256 next = _rent(bob, gpuId, 5e6);
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.Marketplace_Ended.selector, _id));
        vm.prank(alice);
        network.market.end(_id);
        assertEq(network.market.runningRental(gpuId), next);
    }
}
