// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IEpochRewards} from "contracts/src/interfaces/IEpochRewards.sol";
import {EpochBase} from "contracts/test/EpochBase.t.sol";

/// Epochs 0, 1 and 2 are closed.
contract VetoTest is EpochBase {
    function setUp() public override {
        super.setUp();
        _wire();
        for (uint256 i; i < 3; ++i) {
            _closeWith(50e18);
        }
    }

    function test_OpensTheEpochToANewRound() external {
        _commit(0, _values("bad", 50e18));
        skip(1 days - 1);
        vm.expectEmit(address(rewards));
        emit IEpochRewards.EpochVetoed(0, 2, "uptime of GPU 7");
        vm.prank(guardian);
        rewards.veto(0, "uptime of GPU 7");
        assertEq(rewards.committedCount(), 0);
        assertEq(rewards.round(), 2);
        vm.expectRevert(abi.encodeWithSelector(IEpochRewards.EpochRewards_NotCommitted.selector, 0));
        rewards.commitOf(0);
        skip(1);
        vm.expectRevert(abi.encodeWithSelector(IEpochRewards.EpochRewards_NotCommitted.selector, 0));
        rewards.finalize(0);

        _commit(0, _values("good", 40e18));
        vm.expectRevert();
        rewards.finalize(0);
        skip(1 days);
        rewards.finalize(0);
        assertEq(rewards.claimsRoot(), "good");
        assertEq(token.balanceOf(address(rewards)), 40e18);
    }

    function test_VoidsTheCommitsBuiltOnIt() external {
        for (uint256 i; i < 3; ++i) {
            _commit(i, _values("bad", 50e18));
        }
        vm.prank(guardian);
        rewards.veto(0, "root");
        assertEq(rewards.committedCount(), 0);
        _commit(0, _values("good", 1));
        // epoch 1 stood on the bad root: it is voted on again
        assertEq(rewards.committedCount(), 1);
        vm.expectRevert(abi.encodeWithSelector(IEpochRewards.EpochRewards_NotCommitted.selector, 1));
        rewards.commitOf(1);
        skip(1 days);
        rewards.finalize(0);
        vm.expectRevert(abi.encodeWithSelector(IEpochRewards.EpochRewards_NotCommitted.selector, 1));
        rewards.finalize(1);
    }

    function test_LeavesTheCommitsBeforeIt() external {
        _commit(0, _values("a", 1));
        _commit(1, _values("b", 2));
        _commit(2, _values("c", 3));
        vm.prank(guardian);
        rewards.veto(1, "root");
        assertEq(rewards.committedCount(), 1);
        skip(1 days);
        rewards.finalize(0);
        assertEq(rewards.claimsRoot(), "a");
        assertEq(token.balanceOf(address(rewards)), 1);
    }

    function test_CountsNoVoteOfTheRoundBefore() external {
        _commit(0, _values("bad", 1));
        vm.prank(guardian);
        rewards.veto(0, "root");
        assertEq(rewards.votesFor(0, _values("bad", 1)), 0);
        _attest(2, 0, _values("bad", 1));
        assertEq(rewards.committedCount(), 0);
        // the same oracle may vouch for the same again
        _attest(0, 0, _values("bad", 1));
        assertEq(rewards.committedCount(), 1);
    }

    function test_RefusesAnEpochWhoseWindowIsOver() external {
        _commit(0, _values("a", 1));
        skip(1 days);
        vm.expectRevert(abi.encodeWithSelector(IEpochRewards.EpochRewards_WindowOver.selector, 0, GENESIS + 4 days));
        vm.prank(guardian);
        rewards.veto(0, "too late");
    }

    function test_RefusesAFinalEpoch() external {
        _commit(0, _values("a", 1));
        skip(1 days);
        rewards.finalize(0);
        vm.expectRevert(abi.encodeWithSelector(IEpochRewards.EpochRewards_AlreadyFinalized.selector, 0));
        vm.prank(guardian);
        rewards.veto(0, "too late");
    }

    function test_RefusesAnEpochWithoutACommit() external {
        _attest(0, 0, _values("a", 1));
        vm.startPrank(guardian);
        vm.expectRevert(abi.encodeWithSelector(IEpochRewards.EpochRewards_NotCommitted.selector, 0));
        rewards.veto(0, "too early");
        vm.expectRevert(abi.encodeWithSelector(IEpochRewards.EpochRewards_NotCommitted.selector, 1 << 200));
        rewards.veto(1 << 200, "absurd");
        assertEq(rewards.round(), 1);
    }

    function test_ListensToTheGuardianOnly() external {
        _commit(0, _values("a", 1));
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, address(this)));
        rewards.veto(0, "an admin isn't a guardian");
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, oracles[0]));
        vm.prank(oracles[0]);
        rewards.veto(0, "nor is an oracle");
    }
}
