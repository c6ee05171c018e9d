// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IMarketplace} from "contracts/src/interfaces/IMarketplace.sol";
import {ITimeSlots} from "contracts/src/interfaces/ITimeSlots.sol";
import {EndReason, GpuStatus, Tier} from "contracts/src/types/Types.sol";
import {SlotBase} from "contracts/test/SlotBase.sol";

/// Alice's slot has two hours, the first of which begins at START.
contract CheckInTest is SlotBase {
    uint256 private _id;

    function setUp() public override {
        super.setUp();
        _id = _reserve(alice, HOUR, 2);
    }

    function test_StartsAReservedRentalWithNothingToPay() external {
        skip(600);
        vm.expectEmit(address(network.market));
        emit IMarketplace.RentalStarted(
            1, gpuId, alice, Tier.RESERVED, poolId, operatorId, 0, 0, START + 600, START + 7200, START + 7200
        );
        vm.expectEmit(address(network.slots));
        emit ITimeSlots.SlotCheckedIn(_id, 1, alice);
        assertEq(_checkIn(alice, _id), 1);

        assertEq(network.slots.rentalOf(_id), 1);
        assertEq(network.market.userOf(gpuId), alice);
        assertEq(network.credits.balanceOf(alice), FUNDS - 5e6);
        assertEq(network.credits.escrowOf(address(network.market)), 0);
    }

    function test_IsOverWhenTheSlotIs() external {
        uint256 rentalId = _checkIn(alice, _id);
        skip(2 hours);
        assertEq(network.market.runningRental(gpuId), 0);
        vm.expectEmit(address(network.market));
        emit IMarketplace.RentalEnded(rentalId, gpuId, EndReason.TERM, 0, START + 7200);
        vm.prank(stranger);
        network.market.end(rentalId);
    }

    function test_LetsTheUserInWhomTheHolderNamed() external {
        vm.prank(alice);
        network.slots.setUser(_id, bob, START + 3600);
        _checkIn(bob, _id);
        assertEq(network.market.userOf(gpuId), bob);
    }

    function test_EndsTheUseOfAUserWhenItsTimeHasPassed() external {
        vm.prank(alice);
        network.slots.setUser(_id, bob, START + 5000);
        uint256 rentalId = _checkIn(bob, _id);
        assertEq(network.market.userExpires(gpuId), START + 5000);
        skip(5000);
        assertEq(network.market.userOf(gpuId), address(0));
        vm.expectEmit(address(network.market));
        emit IMarketplace.RentalEnded(rentalId, gpuId, EndReason.TERM, 0, START + 5000);
        _checkIn(alice, _id);
        assertEq(network.market.userExpires(gpuId), START + 7200);
    }

    function test_RefusesAUserWhoseTimeHasPassed() external {
        vm.prank(alice);
        network.slots.setUser(_id, bob, START + 3600);
        skip(1 hours);
        vm.expectRevert(abi.encodeWithSelector(ITimeSlots.TimeSlots_NotUser.selector, _id, bob));
        _checkIn(bob, _id);
    }

    function test_RefusesStrangersAndWhomTheHolderApproved() external {
        vm.prank(alice);
        network.slots.approve(bob, _id);
        vm.expectRevert(abi.encodeWithSelector(ITimeSlots.TimeSlots_NotUser.selector, _id, bob));
        _checkIn(bob, _id);
        vm.expectRevert(abi.encodeWithSelector(ITimeSlots.TimeSlots_NotUser.selector, _id, stranger));
        _checkIn(stranger, _id);
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, 99));
        _checkIn(stranger, 99);
    }

    function test_RefusesASlotBeforeItsHoursAndAfterThem() external {
        uint256 laterId = _reserve(alice, HOUR + 2, 1);
        bytes memory refusal = abi.encodeWithSelector(ITimeSlots.TimeSlots_NotNow.selector, laterId, HOUR + 2, HOUR + 3);
        skip(2 hours - 1);
        vm.expectRevert(refusal);
        _checkIn(alice, laterId);
        skip(1 hours + 1);
        vm.expectRevert(refusal);
        _checkIn(alice, laterId);
        rewind(1);
        _checkIn(alice, laterId);
    }

    function test_RefusesWhoUsesItAlready() external {
        uint256 rentalId = _checkIn(alice, _id);
        vm.expectRevert(abi.encodeWithSelector(ITimeSlots.TimeSlots_CheckedIn.selector, _id, rentalId));
        _checkIn(alice, _id);
    }

    function test_LetsInAgainWhoEndedTheUse() external {
        uint256 rentalId = _checkIn(alice, _id);
        skip(600);
        vm.prank(alice);
        network.market.end(rentalId);
        assertEq(network.market.runningRental(gpuId), 0);
        assertEq(_checkIn(alice, _id), rentalId + 1);
    }

    function test_MakesTheUseOfAnotherGiveWay() external {
        vm.prank(alice);
        network.slots.setUser(_id, bob, START + 7200);
        uint256 rentalId = _checkIn(bob, _id);
        skip(600);
        vm.expectEmit(address(network.market));
        emit IMarketplace.RentalEnded(rentalId, gpuId, EndReason.SLOT, 0, START + 600);
        _checkIn(alice, _id);
        assertEq(network.market.userOf(gpuId), alice);
    }

    function test_FollowsTheUseOfTheSlotBefore() external {
        uint256 nextId = _reserve(bob, HOUR + 2, 1);
        uint256 rentalId = _checkIn(alice, _id);
        skip(2 hours);
        vm.expectEmit(address(network.market));
        emit IMarketplace.RentalEnded(rentalId, gpuId, EndReason.TERM, 0, START + 7200);
        _checkIn(bob, nextId);
        assertEq(network.market.userOf(gpuId), bob);
    }

    function test_RefusesAGpuThatIsOfflineUntilItReturns() external {
        uint256 rentalId = _checkIn(alice, _id);
        vm.expectEmit(address(network.market));
        emit IMarketplace.RentalEnded(rentalId, gpuId, EndReason.GPU_OFFLINE, 0, START);
        _setStatus(GpuStatus.OFFLINE);
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.Marketplace_GpuNotActive.selector, gpuId));
        _checkIn(alice, _id);
        _setStatus(GpuStatus.ACTIVE);
        assertEq(_checkIn(alice, _id), rentalId + 1);
    }
}
