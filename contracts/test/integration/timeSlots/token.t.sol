// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC4907} from "contracts/src/interfaces/IERC4907.sol";
import {ITimeSlots} from "contracts/src/interfaces/ITimeSlots.sol";
import {SlotBase} from "contracts/test/SlotBase.sol";

/// Alice's slot has four hours, the first of which begins at START.
contract TokenTest is SlotBase {
    uint256 private _id;

    function setUp() public override {
        super.setUp();
        _id = _reserve(alice, HOUR, 4);
    }

    function test_NamesItself() external view {
        assertEq(network.slots.name(), "Berkeley Compute Time Slot");
        assertEq(network.slots.symbol(), "BCTS");
    }

    /// The text was encoded by `base64` of coreutils.
    function test_DescribesItselfAsJson() external view {
        assertEq(
            network.slots.tokenURI(_id),
            "data:application/json;base64,eyJuYW1lIjoiQmVya2VsZXkgQ29tcHV0ZSBUaW1lIFNsb3QgIzEiLCJkZXNjcmlwdGlvbiI6IkhvdXJzIG9mIG9uZSBHUFUsIHBhaWQgaW4gZnVsbC4iLCJhdHRyaWJ1dGVzIjpbeyJ0cmFpdF90eXBlIjoiZ3B1IiwidmFsdWUiOiIxIn0seyJ0cmFpdF90eXBlIjoicG9vbCIsInZhbHVlIjoiMSJ9LHsiZGlzcGxheV90eXBlIjoiZGF0ZSIsInRyYWl0X3R5cGUiOiJzdGFydCIsInZhbHVlIjoxODAwMDAwMDAwfSx7ImRpc3BsYXlfdHlwZSI6ImRhdGUiLCJ0cmFpdF90eXBlIjoiZW5kIiwidmFsdWUiOjE4MDAwMTQ0MDB9LHsidHJhaXRfdHlwZSI6IkRDIHBlciBob3VyIiwidmFsdWUiOiIyNTAwMDAwIn1dfQ=="
        );
    }

    function test_PaysARoyaltyWhereTheOperatorIsPaid() external {
        (address receiver, uint256 amount) = network.slots.royaltyInfo(_id, 10_099);
        assertEq(receiver, owner);
        // 1 % of 10,099 is 100.99
        assertEq(amount, 100);
        vm.prank(owner);
        network.operators.setPayout(operatorId, bob);
        (receiver,) = network.slots.royaltyInfo(_id, 1);
        assertEq(receiver, bob);
    }

    function test_SpeaksTheStandardsItClaims() external view {
        assertTrue(network.slots.supportsInterface(0x80ac58cd), "ERC-721");
        assertTrue(network.slots.supportsInterface(0x2a55205a), "ERC-2981");
        assertTrue(network.slots.supportsInterface(0x49064906), "ERC-4906");
        assertTrue(network.slots.supportsInterface(0xad092b5c), "ERC-4907");
        assertTrue(network.slots.supportsInterface(0x01ffc9a7), "ERC-165");
        assertFalse(network.slots.supportsInterface(0xffffffff));
    }

    function test_KnowsItsEscrow() external {
        assertEq(network.slots.escrowOf(_id), 10e6);
        skip(2 hours);
        assertEq(network.slots.escrowOf(_id), 10e6);
        network.slots.settleSlot(_id);
        assertEq(network.slots.escrowOf(_id), 5e6);
    }

    function test_KnowsItsUserUntilTheTimeHasPassed() external {
        vm.expectEmit(address(network.slots));
        emit IERC4907.UpdateUser(_id, bob, START + 60);
        vm.prank(alice);
        network.slots.setUser(_id, bob, START + 60);
        skip(59);
        assertEq(network.slots.userOf(_id), bob);
        skip(1);
        assertEq(network.slots.userOf(_id), address(0));
        assertEq(network.slots.userExpires(_id), START + 60);
    }

    function test_LetsWhomTheHolderApprovedNameAUserAndNobodyElse() external {
        vm.prank(alice);
        network.slots.approve(bob, _id);
        vm.prank(bob);
        network.slots.setUser(_id, stranger, START + 60);
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721InsufficientApproval.selector, stranger, _id));
        vm.prank(stranger);
        network.slots.setUser(_id, stranger, START + 1 days);
    }

    function test_RefusesASlotThatDoesNotExist() external {
        bytes memory refusal = abi.encodeWithSelector(ITimeSlots.TimeSlots_NoSlot.selector, 99);
        vm.expectRevert(refusal);
        network.slots.tokenURI(99);
        vm.expectRevert(refusal);
        network.slots.royaltyInfo(99, 1);
        vm.expectRevert(refusal);
        network.slots.escrowOf(99);
    }
}
