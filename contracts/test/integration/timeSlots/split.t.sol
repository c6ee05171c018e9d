// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC4906} from "@openzeppelin/contracts/interfaces/IERC4906.sol";
import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IMarketplace} from "contracts/src/interfaces/IMarketplace.sol";
import {ITimeSlots} from "contracts/src/interfaces/ITimeSlots.sol";
import {Slot} from "contracts/src/types/Types.sol";
import {SlotBase} from "contracts/test/SlotBase.sol";

/// Alice's slot has seven hours, the first of which begins an hour after START.
contract SplitTest is SlotBase {
    uint256 private _id;

    function setUp() public override {
        super.setUp();
        _id = _reserve(alice, HOUR + 1, 7);
    }

    function test_CutsASlotInTwo() external {
        vm.expectEmit(address(network.slots));
        emit IERC4906.MetadataUpdate(_id);
        vm.expectEmit(address(network.slots));
        emit ITimeSlots.SlotSplit(_id, 2, HOUR + 3, HOUR + 8);
        vm.expectEmit(address(network.slots));
        emit IERC721.Transfer(address(0), alice, 2);
        assertEq(_split(alice, _id, HOUR + 3), 2);

        _spans(_id, HOUR + 1, HOUR + 3, 5e6);
        _spans(2, HOUR + 3, HOUR + 8, 12_500_000);
        assertEq(network.slots.transferCount(_id), 1);
        assertEq(network.slots.transferCount(2), 0);
    }

    function test_CutsASlotIntoManyParts() external {
        assertEq(_cut(HOUR + 2, HOUR + 3, HOUR + 6), 2);
        _spans(_id, HOUR + 1, HOUR + 2, 2_500_000);
        _spans(2, HOUR + 2, HOUR + 3, 2_500_000);
        _spans(3, HOUR + 3, HOUR + 6, 7_500_000);
        _spans(4, HOUR + 6, HOUR + 8, 5e6);
        assertEq(network.slots.balanceOf(alice), 4);
        // the next slot has the next number
        assertEq(_reserve(bob, HOUR + 8, 1), 5);
    }

    function test_TouchesNeitherCalendarNorEscrow() external {
        vm.expectCall(address(network.market), "", 0);
        vm.expectCall(address(network.credits), "", 0);
        _split(alice, _id, HOUR + 3);
        assertEq(network.slots.escrowOf(_id) + network.slots.escrowOf(2), 17_500_000);
    }

    function test_LeavesTheElapsedHoursToTheFirstPart() external {
        skip(3 hours + 30 minutes);
        _split(alice, _id, HOUR + 4);
        // three hours, two of which have passed and aren't settled
        _spans(_id, HOUR + 1, HOUR + 4, 7_500_000);
        _spans(2, HOUR + 4, HOUR + 8, 10e6);
        assertEq(network.slots.slotOf(2).settledHour, HOUR + 4);
    }

    function test_RefusesToCutHoursThatHaveBegun() external {
        skip(3 hours);
        _refuses(HOUR + 3, HOUR + 4, HOUR + 5, HOUR + 3);
        _refuses(HOUR + 2, HOUR + 4, HOUR + 5, HOUR + 2);
    }

    function test_RefusesToCutAtItsEdges() external {
        _refuses(HOUR + 1, HOUR + 4, HOUR + 5, HOUR + 1);
        _refuses(HOUR + 4, HOUR + 5, HOUR + 8, HOUR + 8);
    }

    function test_RefusesCutsThatDoNotAscend() external {
        _refuses(HOUR + 4, HOUR + 4, HOUR + 5, HOUR + 4);
        _refuses(HOUR + 4, HOUR + 5, HOUR + 3, HOUR + 3);
    }

    function test_RefusesNoCuts() external {
        vm.expectRevert(abi.encodeWithSelector(ITimeSlots.TimeSlots_BadCut.selector, _id, 0));
        vm.prank(alice);
        network.slots.split(_id, new uint32[](0));
    }

    function test_RefusesStrangersAndUsers() external {
        vm.prank(alice);
        network.slots.setUser(_id, bob, START + 1 days);
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721InsufficientApproval.selector, bob, _id));
        _split(bob, _id, HOUR + 3);
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, 99));
        _split(bob, 99, HOUR + 3);
    }

    function test_LetsWhomTheHolderApprovedCutForTheHolder() external {
        vm.prank(alice);
        network.slots.approve(bob, _id);
        assertEq(network.slots.ownerOf(_split(bob, _id, HOUR + 3)), alice);
    }

    function test_CutsTheRunningUseShort() external {
        skip(1 hours);
        uint256 rentalId = _checkIn(alice, _id);
        assertEq(network.market.userExpires(gpuId), START + 8 hours);
        vm.expectEmit(address(network.market));
        emit IMarketplace.ReservedEndSet(rentalId, START + 2 hours);
        _cut(HOUR + 2, HOUR + 3, HOUR + 4);
        assertEq(network.market.userExpires(gpuId), START + 2 hours);
    }

    function test_CutsTheUseOfAUserAndDoesNotProlongIt() external {
        vm.prank(alice);
        network.slots.setUser(_id, bob, START + 3 hours);
        skip(1 hours);
        _checkIn(bob, _id);
        _split(alice, _id, HOUR + 5);
        assertEq(network.market.userExpires(gpuId), START + 3 hours);
        _split(alice, _id, HOUR + 2);
        assertEq(network.market.userExpires(gpuId), START + 2 hours);
    }

    function test_LeavesTheUserToTheFirstPart() external {
        vm.prank(alice);
        network.slots.setUser(_id, bob, START + 1 days);
        _split(alice, _id, HOUR + 3);
        assertEq(network.slots.userOf(_id), bob);
        assertEq(network.slots.userOf(2), address(0));
    }

    function _cut(uint32 first, uint32 second, uint32 third) private returns (uint256) {
        uint32[] memory cuts = new uint32[](3);
        (cuts[0], cuts[1], cuts[2]) = (first, second, third);
        vm.prank(alice);
        return network.slots.split(_id, cuts);
    }

    function _refuses(uint32 first, uint32 second, uint32 third, uint32 bad) private {
        vm.expectRevert(abi.encodeWithSelector(ITimeSlots.TimeSlots_BadCut.selector, _id, bad));
        _cut(first, second, third);
    }

    function _spans(uint256 slotId, uint256 startHour, uint256 endHour, uint256 escrowDc) private view {
        Slot memory slot = network.slots.slotOf(slotId);
        assertEq(slot.startHour, startHour, "start");
        assertEq(slot.endHour, endHour, "end");
        assertEq(slot.gpuId, gpuId, "gpu");
        assertEq(slot.poolId, poolId, "pool");
        assertEq(network.slots.escrowOf(slotId), escrowDc, "escrow");
    }
}
