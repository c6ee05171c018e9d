// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDataCredits} from "contracts/src/interfaces/IDataCredits.sol";
import {IMarketplace} from "contracts/src/interfaces/IMarketplace.sol";
import {GpuStatus} from "contracts/src/types/Types.sol";
import {Base} from "contracts/test/Base.t.sol";

/// A pause stops what comes in and nothing that goes out.
contract PauseTest is Base {
    uint256 private _id;
    uint256 private _slotGpu;
    uint256 private _slotId;

    function setUp() public override {
        super.setUp();
        _id = _rent(alice, gpuId, 5e6);
        _giveDc(alice, 10e6);
        _slotGpu = _mintGpu(poolId, "gpu of a slot");
        vm.prank(alice);
        _slotId = network.slots.reserve(_slotGpu, START / 1 hours, 2, RATE);
        _giveBct(bob, 1e18);
        skip(60);
        vm.startPrank(guardian);
        network.market.setPaused(true);
        network.credits.setPaused(true);
        vm.stopPrank();
    }

    function test_StopsNewRentals() external {
        uint256 otherGpu = _mintGpu(poolId, "gpu 2");
        assertTrue(network.market.paused());
        vm.expectRevert(IMarketplace.Marketplace_Paused.selector);
        vm.prank(alice);
        network.market.rentOnDemand(otherGpu, 5e6, RATE);
    }

    function test_StopsNewSlots() external {
        uint256 otherGpu = _mintGpu(poolId, "gpu 2");
        vm.expectRevert(IMarketplace.Marketplace_Paused.selector);
        vm.prank(alice);
        network.slots.reserve(otherGpu, START / 1 hours, 1, RATE);
    }

    function test_StopsNewSpotRentals() external {
        uint256 otherGpu = _mintGpu(poolId, "gpu 2");
        vm.expectRevert(IMarketplace.Marketplace_Paused.selector);
        vm.prank(alice);
        network.market.rentSpot(otherGpu, 5e6, RATE);
    }

    function test_StopsTheBuyingOfCredits() external {
        assertTrue(network.credits.paused());
        vm.startPrank(bob);
        vm.expectRevert(IDataCredits.DataCredits_Paused.selector);
        network.credits.mintFor(bob, 1e18, 0, 0);
        vm.expectRevert(IDataCredits.DataCredits_Paused.selector);
        network.credits.mintExactFor(bob, 1e6, 1e18, 0);
    }

    function test_LetsRunningRentalsGoOn() external {
        vm.prank(alice);
        network.market.topUp(_id, 2_500_000);
        assertEq(network.market.paidUntil(_id), START + 3 hours);
        skip(60);
        assertEq(network.market.settle(_id), 83_334);
    }

    function test_LetsRentalsEnd() external {
        vm.prank(alice);
        network.market.end(_id);
        // 60 s owe 41,666.67 µDC
        assertEq(network.credits.balanceOf(alice), 10e6 - 41_667);
    }

    function test_LetsGpusGoOffline() external {
        vm.prank(owner);
        network.gpus.setStatus(gpuId, GpuStatus.OFFLINE);
        assertTrue(network.market.rentalOf(_id).isEnded);
    }

    function test_LetsSlotsBeUsedMovedAndSettled() external {
        vm.prank(alice);
        uint256 rentalId = network.slots.checkIn(_slotId);
        assertEq(network.market.runningRental(_slotGpu), rentalId);
        vm.prank(alice);
        network.slots.transferFrom(alice, bob, _slotId);
        uint256 spareGpu = _mintGpu(poolId, "gpu 3");
        vm.prank(owner);
        network.slots.moveSlot(_slotId, spareGpu);
        skip(1 hours);
        (uint256 burnedDc,) = network.slots.settleSlot(_slotId);
        assertEq(burnedDc, 2_500_000);
    }

    function test_CanBeLifted() external {
        vm.startPrank(guardian);
        vm.expectEmit(address(network.market));
        emit IMarketplace.IntakePaused(false);
        network.market.setPaused(false);
        vm.expectEmit(address(network.credits));
        emit IDataCredits.IntakePaused(false);
        network.credits.setPaused(false);
        vm.stopPrank();
        vm.prank(bob);
        assertEq(network.credits.mintFor(bob, 1e18, 0, 0), 2e6);
    }
}
