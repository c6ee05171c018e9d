// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC4906} from "@openzeppelin/contracts/interfaces/IERC4906.sol";
import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IMarketplace} from "contracts/src/interfaces/IMarketplace.sol";
import {ITimeSlots} from "contracts/src/interfaces/ITimeSlots.sol";
import {EndReason, Slot} from "contracts/src/types/Types.sol";
import {SlotBase} from "contracts/test/SlotBase.sol";

/// Alice has two slots, one from START on for an hour, and the next two hours.
contract MergeTest is SlotBase {
    uint256 private _id;
    uint256 private _laterId;

    function setUp() public override {
        super.setUp();
        _id = _reserve(alice, HOUR, 1);
        _laterId = _reserve(alice, HOUR + 1, 2);
    }

    function test_JoinsTwoNeighbors() external {
        vm.expectEmit(address(network.slots));
        emit ITimeSlots.SlotsMerged(_id, _laterId, HOUR + 3);
        vm.expectEmit(address(network.slots));
        emit IERC4906.MetadataUpdate(_id);
        vm.expectEmit(address(network.slots));
        emit IERC721.Transfer(alice, address(0), _laterId);
        _merge(alice, _id, _laterId);

        _spans(HOUR, HOUR + 3, HOUR);
        assertEq(network.slots.escrowOf(_id), 7_500_000);
        assertEq(network.credits.escrowOf(address(network.slots)), 7_500_000);
        assertEq(network.slots.transferCount(_id), 1);
        assertEq(network.slots.balanceOf(alice), 1);
        vm.expectRevert(abi.encodeWithSelector(ITimeSlots.TimeSlots_NoSlot.selector, _laterId));
        network.slots.slotOf(_laterId);
    }

    function test_UndoesASplit() external {
        uint256 partId = _split(alice, _laterId, HOUR + 2);
        _merge(alice, _laterId, partId);
        assertEq(network.slots.escrowOf(_laterId), 5e6);
        assertEq(network.slots.slotOf(_laterId).endHour, HOUR + 3);
    }

    /// The first is over, half an hour of the second too.
    function test_SettlesWhatHasPassedFirst() external {
        skip(90 minutes);
        vm.expectEmit(address(network.slots));
        emit ITimeSlots.SlotSettled(_id, alice, HOUR, HOUR + 1, 1, 2_500_000, 0);
        _merge(alice, _id, _laterId);
        _spans(HOUR, HOUR + 3, HOUR + 1);
        assertEq(network.slots.escrowOf(_id), 5e6);
        assertEq(network.rewards.burnedIn(0), 2_500_000);
    }

    function test_JoinsSlotsThatAreOver() external {
        skip(5 hours);
        _merge(alice, _id, _laterId);
        _spans(HOUR, HOUR + 3, HOUR + 3);
        assertEq(network.slots.escrowOf(_id), 0);
        assertEq(network.rewards.burnedIn(0), 7_500_000);
        (uint256 burnedDc,) = network.slots.settleSlot(_id);
        assertEq(burnedDc, 0);
    }

    function test_LetsWhomTheHolderApprovedJoinThem() external {
        vm.prank(alice);
        network.slots.setApprovalForAll(bob, true);
        _merge(bob, _id, _laterId);
        assertEq(network.slots.ownerOf(_id), alice);
    }

    function test_RefusesWhoMayDisposeOfOneOnly() external {
        vm.prank(alice);
        network.slots.approve(bob, _id);
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721InsufficientApproval.selector, bob, _laterId));
        _merge(bob, _id, _laterId);
        vm.prank(alice);
        network.slots.approve(bob, _laterId);
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721InsufficientApproval.selector, stranger, _id));
        _merge(stranger, _id, _laterId);
    }

    function test_ProlongsTheUseOfTheFirst() external {
        uint256 rentalId = _checkIn(alice, _id);
        vm.expectEmit(address(network.market));
        emit IMarketplace.ReservedEndSet(rentalId, START + 3 hours);
        _merge(alice, _id, _laterId);
        assertEq(network.market.userExpires(gpuId), START + 3 hours);
    }

    function test_DoesNotProlongTheUseOfAUser() external {
        vm.prank(alice);
        network.slots.setUser(_id, bob, START + 1800);
        _checkIn(bob, _id);
        _merge(alice, _id, _laterId);
        assertEq(network.market.userExpires(gpuId), START + 1800);
    }

    function test_EndsTheUseOfTheLater() external {
        skip(1 hours);
        uint256 rentalId = _checkIn(alice, _laterId);
        vm.expectEmit(address(network.market));
        emit IMarketplace.RentalEnded(rentalId, gpuId, EndReason.SLOT, 0, START + 3600);
        _merge(alice, _id, _laterId);
        assertEq(network.slots.rentalOf(_laterId), 0);
        _checkIn(alice, _id);
        assertEq(network.market.userExpires(gpuId), START + 3 hours);
    }

    function test_LeavesAUseThatIsOverAsItWas() external {
        uint256 rentalId = _checkIn(alice, _id);
        skip(1 hours);
        _merge(alice, _id, _laterId);
        assertEq(network.market.rentalOf(rentalId).endsBy, START + 3600);
        assertEq(network.market.runningRental(gpuId), 0);
        assertEq(_checkIn(alice, _id), rentalId + 1);
    }

    function test_KeepsTheUserOfTheFirst() external {
        vm.startPrank(alice);
        network.slots.setUser(_id, bob, START + 1 days);
        network.slots.setUser(_laterId, stranger, START + 1 days);
        vm.stopPrank();
        _merge(alice, _id, _laterId);
        assertEq(network.slots.userOf(_id), bob);
        assertEq(network.slots.userOf(_laterId), address(0));
    }

    function _merge(address caller, uint256 slotId, uint256 laterId) private {
        vm.prank(caller);
        network.slots.merge(slotId, laterId);
    }

    function _spans(uint256 startHour, uint256 endHour, uint256 settledHour) private view {
        Slot memory slot = network.slots.slotOf(_id);
        assertEq(slot.startHour, startHour, "start");
        assertEq(slot.endHour, endHour, "end");
        assertEq(slot.settledHour, settledHour, "settled");
    }
}
