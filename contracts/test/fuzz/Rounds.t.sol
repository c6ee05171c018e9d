// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Commit} from "contracts/src/types/Types.sol";
import {EpochBase} from "contracts/test/EpochBase.t.sol";

/// Any order of votes, vetoes and finalizations, beside a model that keeps every vote in a list.
contract RoundsFuzzTest is EpochBase {
    struct Vote {
        uint256 oracle;
        uint256 epoch;
        uint256 variant;
    }

    struct Entry {
        uint256 variant;
        uint256 windowEndsAt;
    }

    uint256 private constant STEPS = 48;
    uint256 private constant BUDGET = 50e18;

    /// those that count: of this round
    Vote[] private _votes;
    /// committed, of which the first `_finalized` are final
    Entry[] private _entries;
    uint256 private _closed;
    uint256 private _finalized;
    uint256 private _quorum = 2;
    uint256 private _minted;
    bytes32 private _root;

    function setUp() public override {
        super.setUp();
        _wire();
    }

    function testFuzz_AnySequenceFollowsTheModel(uint256 seed) external {
        for (uint256 i; i < STEPS; ++i) {
            uint256 dice = uint256(keccak256(abi.encode(seed, i)));
            uint256 what = dice % 16;
            dice >>= 8;
            if (what < 2) _pushClock();
            else if (what < 10) _tryAttest(dice);
            else if (what < 11) _tryVeto(dice);
            else if (what < 14) _tryFinalize(dice);
            else if (what < 15) skip(dice % 12 hours);
            else _replaceOracles(dice);
            _compare();
        }
    }

    function _pushClock() private {
        if (rewards.epochAt(uint64(vm.getBlockTimestamp())) == _closed) _use(BUDGET);
        else return _close();
        _warpToEndOf(_closed);
        _close();
    }

    function _close() private {
        rewards.closeEpoch(_closed);
        ++_closed;
    }

    function _tryAttest(uint256 dice) private {
        uint256 oracle = dice % 4;
        uint256 variant = dice / 4 % 3;
        uint256 epoch = dice / 16 % 8 == 0 ? _entries.length + 1 : _entries.length;
        bool isDone = oracle < 3 && epoch == _entries.length && epoch < _closed;
        if (isDone) isDone = _total(variant) <= rewards.budgetOf(epoch);
        for (uint256 i; isDone && i < _votes.length; ++i) {
            Vote memory v = _votes[i];
            if (v.oracle == oracle && v.epoch == epoch && v.variant == variant) isDone = false;
        }
        address caller = oracle < 3 ? oracles[oracle] : stranger;
        _call(caller, abi.encodeCall(rewards.attest, (epoch, _variant(variant))), isDone);
        if (!isDone) return;

        for (uint256 i; i < _votes.length; ++i) {
            // an earlier vote of this oracle is none any more
            if (_votes[i].oracle == oracle && _votes[i].epoch == epoch) _votes[i].epoch = type(uint256).max;
        }
        _votes.push(Vote(oracle, epoch, variant));
        if (_count(epoch, variant) >= _quorum) _entries.push(Entry(variant, vm.getBlockTimestamp() + 1 days));
    }

    function _tryVeto(uint256 dice) private {
        uint256 epoch = _finalized + dice % 4;
        if (dice % 7 == 0 && epoch > 0) --epoch;
        bool isDone = epoch >= _finalized && epoch < _entries.length;
        if (isDone) isDone = vm.getBlockTimestamp() < _entries[epoch].windowEndsAt;
        _call(guardian, abi.encodeCall(rewards.veto, (epoch, "dice")), isDone);
        if (!isDone) return;
        while (_entries.length > epoch) {
            _entries.pop();
        }
        delete _votes;
    }

    function _tryFinalize(uint256 dice) private {
        uint256 epoch = dice % 8 == 0 ? _finalized + 1 : _finalized;
        bool isDone = epoch == _finalized && epoch < _entries.length;
        if (isDone) isDone = vm.getBlockTimestamp() >= _entries[epoch].windowEndsAt;
        _call(stranger, abi.encodeCall(rewards.finalize, (epoch)), isDone);
        if (!isDone) return;
        Commit memory commit = _variant(_entries[epoch].variant);
        ++_finalized;
        _root = commit.claimsRoot;
        _minted += commit.total;
    }

    function _replaceOracles(uint256 dice) private {
        _quorum = 2 + dice % 2;
        rewards.setOracles(oracles, _quorum);
        delete _votes;
    }

    function _call(address caller, bytes memory data, bool isDone) private {
        vm.prank(caller);
        (bool succeeded,) = address(rewards).call(data);
        assertEq(succeeded, isDone, "done");
    }

    function _compare() private view {
        assertEq(rewards.closedCount(), _closed, "closed");
        assertEq(rewards.committedCount(), _entries.length, "committed");
        assertEq(rewards.finalizedCount(), _finalized, "finalized");
        assertLe(_finalized, _entries.length, "final before committed");
        assertLe(_entries.length, _closed, "committed before closed");
        assertEq(rewards.claimsRoot(), _root, "root");
        assertEq(token.balanceOf(address(rewards)), _minted, "minted");
        for (uint256 i; i < _entries.length; ++i) {
            (Commit memory commit, uint64 windowEndsAt) = rewards.commitOf(i);
            assertEq(abi.encode(commit), abi.encode(_variant(_entries[i].variant)), "commit");
            assertEq(windowEndsAt, _entries[i].windowEndsAt, "window");
        }
        for (uint256 i; i < 3; ++i) {
            uint256 epoch = _entries.length;
            assertEq(rewards.votesFor(epoch, _variant(i)), _count(epoch, i), "votes");
        }
    }

    function _count(uint256 epoch, uint256 variant) private view returns (uint256 count) {
        for (uint256 i; i < _votes.length; ++i) {
            if (_votes[i].epoch == epoch && _votes[i].variant == variant) ++count;
        }
    }

    /// @dev Variant 2 is more than a budget ever is.
    function _total(uint256 variant) private pure returns (uint256) {
        return variant == 2 ? BUDGET + 1 : variant;
    }

    function _variant(uint256 variant) private pure returns (Commit memory) {
        return _values(keccak256(abi.encode(variant)), _total(variant));
    }
}
