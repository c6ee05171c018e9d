// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IOperatorRegistry} from "contracts/src/interfaces/IOperatorRegistry.sol";
import {KickReason, OperatorMode} from "contracts/src/types/Types.sol";
import {Base} from "contracts/test/Base.t.sol";

contract OperatorRegistryTest is Base {
    uint256 private _distributed;

    function setUp() public override {
        super.setUp();
        _distributed = _register(OperatorMode.DISTRIBUTED);
    }

    function test_MakesAnyoneAnOperator() external {
        vm.expectEmit(address(network.operators));
        emit IOperatorRegistry.OperatorRegistered(3, stranger, OperatorMode.SELF_POOLED, "Solo", "ipfs://solo");
        vm.prank(stranger);
        uint256 id = network.operators.register(OperatorMode.SELF_POOLED, "Solo", "ipfs://solo");
        assertEq(id, 3);
        assertEq(network.operators.ownerOf(3), stranger);
        assertEq(uint8(network.operators.modeOf(3)), uint8(OperatorMode.SELF_POOLED));
        assertEq(network.operators.tokenURI(3), "ipfs://solo");
        assertEq(network.operators.payoutOf(3), stranger);
    }

    function test_TakesNamesOfOneTo64Bytes() external {
        string memory longest = string(new bytes(64));
        network.operators.register(OperatorMode.SELF_POOLED, longest, "");
        vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_BadName.selector, 0));
        network.operators.register(OperatorMode.SELF_POOLED, "", "");
        vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_BadName.selector, 65));
        network.operators.register(OperatorMode.SELF_POOLED, string.concat(longest, "x"), "");
    }

    function test_ChangesItsDescription() external {
        vm.expectEmit(address(network.operators));
        emit IOperatorRegistry.OperatorMetadataSet(operatorId, "Sather", "ipfs://sather");
        vm.startPrank(owner);
        network.operators.setMetadata(operatorId, "Sather", "ipfs://sather");
        assertEq(network.operators.tokenURI(operatorId), "ipfs://sather");
        vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_BadName.selector, 0));
        network.operators.setMetadata(operatorId, "", "");
    }

    function test_PaysWhereTheOperatorSays() external {
        vm.startPrank(owner);
        vm.expectEmit(address(network.operators));
        emit IOperatorRegistry.PayoutSet(operatorId, bob);
        network.operators.setPayout(operatorId, bob);
        assertEq(network.operators.payoutOf(operatorId), bob);
        network.operators.setPayout(operatorId, address(0));
        assertEq(network.operators.payoutOf(operatorId), owner);
    }

    /// The seller's payout address must not go on earning.
    function test_MovesTheBusinessWhenTheTokenIsSold() external {
        vm.startPrank(owner);
        network.operators.setPayout(operatorId, bob);
        vm.expectEmit(address(network.operators));
        emit IOperatorRegistry.PayoutSet(operatorId, address(0));
        network.operators.transferFrom(owner, alice, operatorId);
        vm.expectRevert(
            abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_NotOperator.selector, operatorId, owner)
        );
        network.operators.setPayout(operatorId, bob);
        vm.stopPrank();

        assertEq(network.operators.payoutOf(operatorId), alice);
        assertFalse(network.operators.canContribute(operatorId, owner));
        vm.prank(alice);
        network.pools.setRates(poolId, _rates(2 * RATE));
    }

    function test_KeepsThePayoutWhenTheTokenMovesToItsHolder() external {
        vm.startPrank(owner);
        network.operators.setPayout(operatorId, bob);
        network.operators.transferFrom(owner, owner, operatorId);
        assertEq(network.operators.payoutOf(operatorId), bob);
    }

    function test_AddsAndKicksMembersOfADistributedOperator() external {
        assertFalse(network.operators.canContribute(_distributed, alice));
        vm.startPrank(owner);
        vm.expectEmit(address(network.operators));
        emit IOperatorRegistry.MemberAdded(_distributed, alice);
        network.operators.addMember(_distributed, alice);
        assertTrue(network.operators.isMember(_distributed, alice));
        assertTrue(network.operators.canContribute(_distributed, alice));
        assertTrue(network.operators.canContribute(_distributed, owner));
        assertFalse(network.operators.isMember(_distributed, owner));
        vm.expectRevert(
            abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_AlreadyMember.selector, _distributed, alice)
        );
        network.operators.addMember(_distributed, alice);

        vm.expectEmit(address(network.operators));
        emit IOperatorRegistry.MemberKicked(_distributed, alice, KickReason.UPTIME);
        network.operators.kickMember(_distributed, alice, KickReason.UPTIME);
        assertFalse(network.operators.canContribute(_distributed, alice));
        vm.expectRevert(
            abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_NotMember.selector, _distributed, alice)
        );
        network.operators.kickMember(_distributed, alice, KickReason.OTHER);
    }

    function test_KicksForEachOfTheReasons() external {
        vm.startPrank(owner);
        for (uint8 i; i <= uint8(KickReason.OTHER); ++i) {
            network.operators.addMember(_distributed, alice);
            vm.expectEmit(address(network.operators));
            emit IOperatorRegistry.MemberKicked(_distributed, alice, KickReason(i));
            network.operators.kickMember(_distributed, alice, KickReason(i));
        }
    }

    function test_TakesAKickedMemberBack() external {
        vm.startPrank(owner);
        network.operators.addMember(_distributed, alice);
        network.operators.kickMember(_distributed, alice, KickReason.PERFORMANCE);
        vm.expectEmit(address(network.operators));
        emit IOperatorRegistry.MemberAdded(_distributed, alice);
        network.operators.addMember(_distributed, alice);
        assertTrue(network.operators.canContribute(_distributed, alice));
    }

    function test_KeepsTheMembersWhenTheTokenMoves() external {
        vm.startPrank(owner);
        network.operators.addMember(_distributed, alice);
        network.operators.transferFrom(owner, bob, _distributed);
        vm.stopPrank();
        assertTrue(network.operators.isMember(_distributed, alice));
        vm.prank(bob);
        network.operators.kickMember(_distributed, alice, KickReason.OTHER);
    }

    function test_HasNoMembersInOtherModes() external {
        vm.startPrank(owner);
        vm.expectRevert(
            abi.encodeWithSelector(
                IOperatorRegistry.OperatorRegistry_NotDistributed.selector, operatorId, OperatorMode.SINGLE_SOURCE
            )
        );
        network.operators.addMember(operatorId, alice);
        vm.expectRevert(IOperatorRegistry.OperatorRegistry_ZeroAddress.selector);
        network.operators.addMember(_distributed, address(0));
    }

    function test_ListensToTheHolderOnly() external {
        bytes memory refusal =
            abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_NotOperator.selector, _distributed, stranger);
        vm.startPrank(stranger);
        vm.expectRevert(refusal);
        network.operators.setMetadata(_distributed, "x", "");
        vm.expectRevert(refusal);
        network.operators.setPayout(_distributed, stranger);
        vm.expectRevert(refusal);
        network.operators.addMember(_distributed, stranger);
        vm.expectRevert(refusal);
        network.operators.kickMember(_distributed, alice, KickReason.OTHER);
    }

    function test_RefusesAnOperatorThatDoesNotExist() external {
        bytes memory refusal = abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, 99);
        vm.expectRevert(refusal);
        network.operators.modeOf(99);
        vm.expectRevert(refusal);
        network.operators.payoutOf(99);
        vm.expectRevert(refusal);
        network.operators.tokenURI(99);
        vm.expectRevert(refusal);
        network.operators.requireOperator(99, address(0));
        vm.expectRevert(refusal);
        network.operators.canContribute(99, address(0));
    }
}
