// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {EpochRewards} from "contracts/src/EpochRewards.sol";
import {IEpochRewards} from "contracts/src/interfaces/IEpochRewards.sol";
import {Commit, RewardsConfig} from "contracts/src/types/Types.sol";
import {EpochBase} from "contracts/test/EpochBase.t.sol";

contract AttestTest is EpochBase {
    function setUp() public override {
        super.setUp();
        _wire();
        _closeWith(50e18);
    }

    function test_CommitsAndOpensTheWindow() external {
        Commit memory commit = Commit("lines", "claims", 50e18, "inputs", 1);
        vm.expectEmit(address(rewards));
        emit IEpochRewards.Attested(0, oracles[2], 1, commit, 1);
        _attest(2, 0, commit);
        assertEq(rewards.votesFor(0, commit), 1);
        assertEq(rewards.committedCount(), 0);
        vm.expectRevert(abi.encodeWithSelector(IEpochRewards.EpochRewards_NotCommitted.selector, 0));
        rewards.commitOf(0);

        uint64 windowEndsAt = GENESIS + 2 days;
        vm.expectEmit(address(rewards));
        emit IEpochRewards.Attested(0, oracles[0], 1, commit, 2);
        vm.expectEmit(address(rewards));
        emit IEpochRewards.EpochCommitted(0, 1, commit, windowEndsAt);
        _attest(0, 0, commit);
        assertEq(rewards.committedCount(), 1);
        (Commit memory kept, uint64 endsAt) = rewards.commitOf(0);
        assertEq(abi.encode(kept), abi.encode(commit));
        assertEq(endsAt, windowEndsAt);
    }

    function test_CommitsWhileTheEpochBeforeIsStillInItsWindow() external {
        skip(1 days - 1);
        _commit(0, _values("a", 50e18));
        skip(1);
        rewards.closeEpoch(1);
        _commit(1, _values("a", 0));
        assertEq(rewards.committedCount(), 2);
        assertEq(rewards.finalizedCount(), 0);
    }

    function test_RefusesAnOracleThatComesAfterTheQuorum() external {
        _commit(0, _values("a", 1));
        vm.expectRevert(abi.encodeWithSelector(IEpochRewards.EpochRewards_NotNextToCommit.selector, 0, 1));
        _attest(2, 0, _values("a", 1));
    }

    /// Each of the five fields makes a difference.
    function test_CountsOnlyEqualValues() external {
        address[] memory six = new address[](6);
        for (uint256 i; i < 6; ++i) {
            six[i] = makeAddr(string.concat("one of six ", vm.toString(i)));
        }
        rewards.setOracles(six, 4);
        Commit[6] memory commits = [
            Commit("l", "c", 1, "i", 1),
            Commit("m", "c", 1, "i", 1),
            Commit("l", "d", 1, "i", 1),
            Commit("l", "c", 2, "i", 1),
            Commit("l", "c", 1, "j", 1),
            Commit("l", "c", 1, "i", 2)
        ];
        for (uint256 i; i < 6; ++i) {
            vm.prank(six[i]);
            rewards.attest(0, commits[i]);
        }
        for (uint256 i; i < 6; ++i) {
            assertEq(rewards.votesFor(0, commits[i]), 1);
        }
        assertEq(rewards.committedCount(), 0);
    }

    function test_LetsAnOracleChangeItsVote() external {
        _attest(0, 0, _values("a", 1));
        _attest(1, 0, _values("b", 1));
        _attest(0, 0, _values("c", 1));
        assertEq(rewards.votesFor(0, _values("a", 1)), 0);
        // the vote that oracle 0 took back mustn't help
        _attest(2, 0, _values("a", 1));
        assertEq(rewards.committedCount(), 0);
        _attest(0, 0, _values("b", 1));
        assertEq(rewards.committedCount(), 1);
        (Commit memory commit,) = rewards.commitOf(0);
        assertEq(commit.claimsRoot, "b");
    }

    function test_RefusesTheSameVoteTwice() external {
        _attest(0, 0, _values("a", 1));
        vm.expectRevert(abi.encodeWithSelector(IEpochRewards.EpochRewards_AlreadyAttested.selector, 0, oracles[0]));
        _attest(0, 0, _values("a", 1));
        assertEq(rewards.committedCount(), 0);
    }

    function test_ListensToOraclesOnly() external {
        vm.expectRevert(abi.encodeWithSelector(IEpochRewards.EpochRewards_NotOracle.selector, guardian));
        vm.prank(guardian);
        rewards.attest(0, _values("a", 1));
    }

    function test_RefusesAnEpochOutOfTurn() external {
        _closeWith(0);
        vm.expectRevert(abi.encodeWithSelector(IEpochRewards.EpochRewards_NotNextToCommit.selector, 1, 0));
        _attest(0, 1, _values("a", 0));
    }

    function test_RefusesAnEpochThatIsntClosed() external {
        _commit(0, _values("a", 1));
        vm.expectRevert(abi.encodeWithSelector(IEpochRewards.EpochRewards_NotClosed.selector, 1));
        _attest(0, 1, _values("a", 0));
    }

    function test_RefusesATotalOverTheBudget() external {
        vm.expectRevert(abi.encodeWithSelector(IEpochRewards.EpochRewards_OverBudget.selector, 0, 50e18 + 1, 50e18));
        _attest(0, 0, _values("a", 50e18 + 1));
    }

    function test_RefusesATotalThatNoRootAccountsFor() external {
        (bytes32 lines, bytes32 claims) = ("lines", "claims");
        vm.expectRevert(abi.encodeWithSelector(IEpochRewards.EpochRewards_MissingRoot.selector, 0, lines, 0));
        _attest(0, 0, Commit(lines, 0, 1, "inputs", 1));
        vm.expectRevert(abi.encodeWithSelector(IEpochRewards.EpochRewards_MissingRoot.selector, 0, 0, claims));
        _attest(0, 0, Commit(0, claims, 1, "inputs", 1));
    }

    function test_AcceptsNoRootsAsLongAsNothingIsOwed() external {
        _commit(0, Commit(0, 0, 0, "inputs", 1));
        _closeWith(0);
        _commit(1, Commit(0, 0, 0, "inputs", 1));
        assertEq(rewards.committedCount(), 2);
    }

    /// Nobody could claim until a later epoch brought the root back.
    function test_RefusesAnEmptyEpochThatForgetsWhatIsOwed() external {
        _commit(0, _values("a", 1));
        _closeWith(0);
        vm.expectRevert(abi.encodeWithSelector(IEpochRewards.EpochRewards_MissingRoot.selector, 1, 0, 0));
        _attest(0, 1, Commit(0, 0, 0, "inputs", 1));
        _commit(1, Commit(0, "a", 0, "inputs", 1));
        assertEq(rewards.committedCount(), 2);
    }

    function test_ForgetsEveryVoteNotYetCommitted() external {
        _attest(0, 0, _values("a", 1));
        vm.expectEmit(address(rewards));
        emit IEpochRewards.OraclesSet(oracles, 2, 2);
        rewards.setOracles(oracles, 2);
        assertEq(rewards.round(), 2);
        assertEq(rewards.votesFor(0, _values("a", 1)), 0);
        _attest(1, 0, _values("a", 1));
        assertEq(rewards.committedCount(), 0);
        _attest(0, 0, _values("a", 1));
        assertEq(rewards.committedCount(), 1);
    }

    function test_ListensToTheNewOnesOnly() external {
        address[] memory one = new address[](1);
        one[0] = stranger;
        rewards.setOracles(one, 1);
        assertEq(rewards.oracles(), one);
        assertEq(rewards.quorum(), 1);
        for (uint256 i; i < 3; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IEpochRewards.EpochRewards_NotOracle.selector, oracles[i]));
            _attest(i, 0, _values("a", 1));
        }
        vm.prank(stranger);
        rewards.attest(0, _values("a", 1));
        assertEq(rewards.committedCount(), 1);
    }

    function test_LeavesCommitsAsTheyAre() external {
        _commit(0, _values("a", 50e18));
        rewards.setOracles(oracles, 3);
        skip(1 days);
        rewards.finalize(0);
        assertEq(rewards.claimsRoot(), "a");
    }

    function test_RefusesSetsThatOneCouldDeceiveOrNoneCouldUse() external {
        address[] memory set = new address[](0);
        _refuses(set, 0);
        _refuses(set, 1);
        _refuses(oracles, 0);
        // half isn't more than half
        _refuses(oracles, 1);
        _refuses(oracles, 4);
        set = new address[](4);
        (set[0], set[1], set[2], set[3]) = (alice, bob, carol, dave);
        _refuses(set, 2);
        set[3] = alice;
        _refuses(set, 3);
        set[3] = address(0);
        _refuses(set, 3);
        set = new address[](16);
        for (uint256 i; i < 16; ++i) {
            set[i] = makeAddr(vm.toString(i));
        }
        _refuses(set, 9);
        assertEq(rewards.oracles(), oracles);
    }

    function test_LetsOnlyTheAdminReplaceOracles() external {
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, oracles[0]));
        vm.prank(oracles[0]);
        rewards.setOracles(oracles, 2);
    }

    function test_SaysWhoAttests() external view {
        assertEq(rewards.oracles(), oracles);
        assertEq(rewards.quorum(), 2);
        assertEq(rewards.round(), 1);
        assertEq(rewards.CHALLENGE_WINDOW(), 1 days);
        assertEq(rewards.genesisTime(), GENESIS);
        assertEq(rewards.epochLength(), 1 days);
    }

    function test_RefusesAConfigThatMakesNoSense() external {
        RewardsConfig memory config = _config();
        config.halvingEpochs = 0;
        vm.expectRevert(abi.encodeWithSelector(IEpochRewards.EpochRewards_BadConfig.selector, 0, 1 days));
        new EpochRewards(address(manager), token, credits, config);
        config = _config();
        config.challengeWindow = 0;
        vm.expectRevert(abi.encodeWithSelector(IEpochRewards.EpochRewards_BadConfig.selector, 2, 0));
        new EpochRewards(address(manager), token, credits, config);
        config = _config();
        config.kappaBps = 30_001;
        vm.expectRevert(abi.encodeWithSelector(IEpochRewards.EpochRewards_KappaTooHigh.selector, 30_001, 30_000));
        new EpochRewards(address(manager), token, credits, config);
    }

    function _refuses(address[] memory set, uint256 quorum) private {
        vm.expectRevert(abi.encodeWithSelector(IEpochRewards.EpochRewards_BadOracles.selector, set.length, quorum));
        rewards.setOracles(set, quorum);
    }
}
