// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {Network} from "contracts/script/Deployment.sol";
import {IEpochRewards} from "contracts/src/interfaces/IEpochRewards.sol";
import {Commit} from "contracts/src/types/Types.sol";
import {EconomyUse} from "contracts/test/invariant/EconomyUse.sol";
import {EconomyModel} from "contracts/test/invariant/model/EconomyModel.sol";
import {Trees} from "contracts/test/utils/Trees.sol";

/// @title Attests, truly and falsely, and vetoes
abstract contract EconomyOracles is EconomyUse {
    address internal immutable ADMIN;
    address private immutable GUARDIAN;
    address[] private _oracles;
    mapping(address oracle => bytes32 digest) private _votes;

    constructor(Network memory n, EconomyModel model_, address admin, address guardian, address[] memory oracles)
        EconomyUse(n, model_)
    {
        (ADMIN, GUARDIAN, _oracles) = (admin, guardian, oracles);
        // an account that isn't one
        _oracles.push(makeAddr("no oracle"));
    }

    /// @dev Oracles are mostly honest; else they attest a robbery, nothing, too much, or no root.
    function attest(uint256 who, uint256 seed) external {
        uint256 next = model.committedCount();
        uint256 epoch = who % 16 == 0 ? next + 1 : next;
        address oracle = _oracles[who % 3];
        if (who % 32 == 1) oracle = _oracles[3];
        uint256[] memory lines = _lines(next, seed);
        Commit memory commit = _commitOf(next, lines);
        if (seed % 16 == 7) commit.claimsRoot = 0;
        bytes4 refusal = _attestRefusal(oracle, epoch, commit);
        _expect(refusal);
        vm.prank(oracle);
        network.rewards.attest(epoch, commit);
        if (refusal == IEpochRewards.EpochRewards_MissingRoot.selector) ++reached["refused without a root"];
        if (refusal == IEpochRewards.EpochRewards_OverBudget.selector) ++reached["refused over the budget"];
        if (refusal != 0) return;
        if (_votes[oracle] != 0) ++reached["changed a vote"];
        _count(oracle, commit, lines);
    }

    /// @dev One call in four is the guardian's.
    function veto(uint256 seed) external {
        uint256 final_ = model.finalizedCount();
        uint256 epoch = final_ + seed / 4 % 3;
        if (seed % 8 == 0 && final_ > 0) --epoch;
        address caller = seed % 4 == 0 ? GUARDIAN : _oracles[0];
        bytes4 refusal;
        if (caller != GUARDIAN) refusal = IAccessManaged.AccessManagedUnauthorized.selector;
        else if (epoch >= model.committedCount()) refusal = IEpochRewards.EpochRewards_NotCommitted.selector;
        else if (epoch < final_) refusal = IEpochRewards.EpochRewards_AlreadyFinalized.selector;
        else if (_isWindowOver(epoch)) refusal = IEpochRewards.EpochRewards_WindowOver.selector;
        _expect(refusal);
        vm.prank(caller);
        network.rewards.veto(epoch, "");
        if (refusal != 0) return;
        model.veto(epoch);
        _forgetVotes();
        ++reached["vetoed"];
    }

    function wallet(uint256 i) public pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encode("wallet", i)))));
    }

    /// @dev Those that haven't vouched for the truth do.
    function _attestHonestly() internal {
        uint256 epoch = model.committedCount();
        uint256[] memory lines = model.honestLines(epoch);
        Commit memory commit = _commitOf(epoch, lines);
        for (uint256 i; i < 3 && model.committedCount() == epoch; ++i) {
            if (_votes[_oracles[i]] == keccak256(abi.encode(commit))) continue;
            vm.prank(_oracles[i]);
            network.rewards.attest(epoch, commit);
            _count(_oracles[i], commit, lines);
        }
    }

    function _isWindowOver(uint256 epoch) internal view returns (bool) {
        return block.timestamp >= model.step(epoch).windowEndsAt;
    }

    function _leaves(uint256[] memory amounts) internal pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](amounts.length);
        for (uint256 i; i < amounts.length; ++i) {
            leaves[i] = Trees.leaf(wallet(i), amounts[i]);
        }
    }

    /// @dev Two of three equal votes commit.
    function _count(address oracle, Commit memory commit, uint256[] memory lines) private {
        _votes[oracle] = keccak256(abi.encode(commit));
        uint256 votes;
        for (uint256 i; i < 3; ++i) {
            if (_votes[_oracles[i]] == _votes[oracle]) ++votes;
        }
        if (votes < 2) return;
        model.commit(lines);
        _forgetVotes();
        ++reached["committed"];
    }

    function _forgetVotes() private {
        for (uint256 i; i < 3; ++i) {
            delete _votes[_oracles[i]];
        }
    }

    function _attestRefusal(address oracle, uint256 epoch, Commit memory commit) private view returns (bytes4) {
        if (oracle == _oracles[3]) return IEpochRewards.EpochRewards_NotOracle.selector;
        if (epoch != model.committedCount()) return IEpochRewards.EpochRewards_NotNextToCommit.selector;
        if (epoch >= model.closedCount()) return IEpochRewards.EpochRewards_NotClosed.selector;
        if (commit.total > model.budgets(epoch)) return IEpochRewards.EpochRewards_OverBudget.selector;
        bool isNothingOwed = commit.total == 0 && epoch == 0;
        if (commit.claimsRoot == 0 && !isNothingOwed) return IEpochRewards.EpochRewards_MissingRoot.selector;
        bool isSame = _votes[oracle] == keccak256(abi.encode(commit));
        return isSame ? IEpochRewards.EpochRewards_AlreadyAttested.selector : bytes4(0);
    }

    /// @dev The truth, or in one of four calls a robbery within the budget, a robbery beyond it, or nothing.
    function _lines(uint256 epoch, uint256 seed) private view returns (uint256[] memory lines) {
        lines = new uint256[](model.WALLETS());
        if (epoch >= model.closedCount()) return lines;
        if (seed % 4 != 0) return model.honestLines(epoch);
        if (seed % 16 < 12) lines[0] = model.budgets(epoch) + (seed % 16 == 8 ? 1 : 0);
    }

    function _commitOf(uint256 epoch, uint256[] memory lines) private view returns (Commit memory) {
        uint256 total;
        for (uint256 i; i < lines.length; ++i) {
            total += lines[i];
        }
        bytes32 linesRoot = Trees.root(_leaves(lines));
        bytes32 claimsRoot = Trees.root(_leaves(model.cumulativeWith(epoch, lines)));
        return Commit(linesRoot, claimsRoot, total, keccak256(abi.encode(epoch)), 1);
    }
}
