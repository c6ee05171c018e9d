// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {ITimeSlots} from "contracts/src/interfaces/ITimeSlots.sol";
import {GpuStatus} from "contracts/src/types/Types.sol";
import {SlotBase} from "contracts/test/SlotBase.sol";

/// Alice's slot has four hours, the first of which begins at START.
contract RefundUndeliveredTest is SlotBase {
    uint256 private _id;

    function setUp() public override {
        super.setUp();
        _id = _reserve(alice, HOUR, 4);
    }

    /// The second hour was half over when the GPU left, the third when the slot was given up.
    function test_RefundsTheRestAndSettlesWhatWasDelivered() external {
        skip(90 minutes);
        _goAway();
        vm.expectEmit(address(network.slots));
        emit ITimeSlots.SlotSettled(_id, alice, HOUR, HOUR + 2, 1, 2_500_000, 2_500_000);
        vm.expectEmit(address(network.slots));
        emit ITimeSlots.SlotRefunded(_id, alice, HOUR + 2, 5_000_000);
        vm.prank(alice);
        assertEq(network.slots.refundUndelivered(_id), 5_000_000);

        assertEq(network.credits.balanceOf(alice), FUNDS - 2_500_000);
        assertEq(network.credits.escrowed(), 0);
        assertEq(network.rewards.burnedIn(0), 2_500_000);
        vm.expectRevert(abi.encodeWithSelector(ITimeSlots.TimeSlots_NoSlot.selector, _id));
        network.slots.slotOf(_id);
    }

    function test_RefundsASlotToComeWhole() external {
        uint256 laterId = _reserve(bob, HOUR + 10, 2);
        _goAway();
        vm.prank(bob);
        assertEq(network.slots.refundUndelivered(laterId), 5e6);
        assertEq(network.credits.balanceOf(bob), FUNDS);
    }

    function test_FreesTheHoursForOthers() external {
        skip(90 minutes);
        _goAway();
        vm.prank(alice);
        network.slots.refundUndelivered(_id);
        assertTrue(network.market.isBooked(gpuId, HOUR + 1));
        assertFalse(network.market.hasBookings(gpuId));
        _setStatus(GpuStatus.ACTIVE);
        // not the running one, in which it was away
        assertEq(_reserve(bob, HOUR + 3, 2), 2);
    }

    function test_RefundsTheHolderWhoeverAsks() external {
        uint256 otherId = _reserve(alice, HOUR + 4, 1);
        vm.prank(alice);
        network.slots.approve(bob, _id);
        _goAway();
        vm.prank(bob);
        network.slots.refundUndelivered(_id);
        vm.prank(owner);
        network.slots.refundUndelivered(otherId);
        assertEq(network.credits.balanceOf(alice), FUNDS);
    }

    function test_ListensToTheHolderOfTheOperatorsToken() external {
        _goAway();
        vm.prank(owner);
        network.operators.transferFrom(owner, bob, operatorId);
        bytes memory refusal = abi.encodeWithSelector(ITimeSlots.TimeSlots_NotHolderOrOperator.selector, _id, owner);
        vm.expectRevert(refusal);
        vm.prank(owner);
        network.slots.refundUndelivered(_id);
        vm.prank(bob);
        network.slots.refundUndelivered(_id);
    }

    /// A moment's outage is no way out of a bargain, for either side.
    function test_RefusesWhileTheGpuMayBeBackSoon() external {
        skip(10 minutes);
        _setStatus(GpuStatus.OFFLINE);
        skip(1 hours - 1);
        uint256 refundableAt = START + 70 minutes;
        bytes memory refusal = abi.encodeWithSelector(ITimeSlots.TimeSlots_GpuBackSoon.selector, gpuId, refundableAt);
        vm.expectRevert(refusal);
        vm.prank(alice);
        network.slots.refundUndelivered(_id);
        vm.expectRevert(refusal);
        vm.prank(owner);
        network.slots.refundUndelivered(_id);
        skip(1);
        vm.prank(owner);
        network.slots.refundUndelivered(_id);
        assertEq(network.credits.balanceOf(alice), FUNDS);
    }

    function test_RefusesStrangersAndUsers() external {
        vm.prank(alice);
        network.slots.setUser(_id, bob, START + 1 days);
        _setStatus(GpuStatus.OFFLINE);
        vm.expectRevert(abi.encodeWithSelector(ITimeSlots.TimeSlots_NotHolderOrOperator.selector, _id, bob));
        vm.prank(bob);
        network.slots.refundUndelivered(_id);
    }

    function test_RefusesWhileTheGpuDelivers() external {
        bytes memory refusal = abi.encodeWithSelector(ITimeSlots.TimeSlots_GpuActive.selector, gpuId);
        vm.expectRevert(refusal);
        vm.prank(alice);
        network.slots.refundUndelivered(_id);
        vm.expectRevert(refusal);
        vm.prank(owner);
        network.slots.refundUndelivered(_id);
    }

    function test_RefusesASlotThatIsOverOrNotThere() external {
        _setStatus(GpuStatus.OFFLINE);
        skip(4 hours);
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(ITimeSlots.TimeSlots_Over.selector, _id, HOUR + 4));
        network.slots.refundUndelivered(_id);
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, 99));
        network.slots.refundUndelivered(99);
    }

    /// @dev For as long as it takes.
    function _goAway() private {
        _setStatus(GpuStatus.OFFLINE);
        skip(1 hours);
    }
}
