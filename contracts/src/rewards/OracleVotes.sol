// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IEpochRewards} from "contracts/src/interfaces/IEpochRewards.sol";
import {Commit} from "contracts/src/types/Types.sol";

/// @title Who attests, and what for; see {IEpochRewards}
/// @dev Votes are kept by round: to void them all, the round moves on.
abstract contract OracleVotes is IEpochRewards, AccessManaged {
    /// @dev What naming them may cost.
    uint256 public constant MAX_ORACLES = 15;

    /// @inheritdoc IEpochRewards
    uint256 public override round;
    /// @inheritdoc IEpochRewards
    uint256 public override quorum;
    address[] private _oracles;
    mapping(address account => bool) private _isOracle;
    mapping(uint256 round => mapping(uint256 epoch => mapping(address oracle => bytes32 digest))) private _voteOf;
    mapping(uint256 round => mapping(uint256 epoch => mapping(bytes32 digest => uint256))) private _votes;

    /// @inheritdoc IEpochRewards
    function setOracles(address[] calldata oracles_, uint256 quorum_) external restricted {
        _setOracles(oracles_, quorum_);
    }

    /// @inheritdoc IEpochRewards
    function oracles() external view returns (address[] memory) {
        return _oracles;
    }

    /// @inheritdoc IEpochRewards
    function votesFor(uint256 epoch, Commit calldata commit) external view returns (uint256 votes) {
        return _votes[round][epoch][_digestOf(commit)];
    }

    function _setOracles(address[] memory oracles_, uint256 quorum_) internal {
        uint256 count = oracles_.length;
        if (count > MAX_ORACLES || quorum_ > count || quorum_ * 2 <= count) {
            revert EpochRewards_BadOracles(count, quorum_);
        }
        for (uint256 i; i < _oracles.length; ++i) {
            delete _isOracle[_oracles[i]];
        }
        for (uint256 i; i < count; ++i) {
            address oracle = oracles_[i];
            if (oracle == address(0) || _isOracle[oracle]) revert EpochRewards_BadOracles(count, quorum_);
            _isOracle[oracle] = true;
        }
        _oracles = oracles_;
        quorum = quorum_;
        emit OraclesSet(oracles_, quorum_, _nextRound());
    }

    /// @dev Voids every vote.
    function _nextRound() internal returns (uint256) {
        return ++round;
    }

    /// @return votes how many oracles now vouch for the same as the caller
    function _vote(uint256 epoch, Commit calldata commit) internal returns (uint256 votes) {
        bytes32 digest = _digestOf(commit);
        mapping(bytes32 digest => uint256) storage votesOf = _votes[round][epoch];
        bytes32 before = _voteOf[round][epoch][msg.sender];
        if (before == digest) revert EpochRewards_AlreadyAttested(epoch, msg.sender);
        if (before != 0) --votesOf[before];
        _voteOf[round][epoch][msg.sender] = digest;
        votes = ++votesOf[digest];
    }

    function _requireOracle() internal view {
        if (!_isOracle[msg.sender]) revert EpochRewards_NotOracle(msg.sender);
    }

    function _digestOf(Commit calldata commit) private pure returns (bytes32) {
        return keccak256(abi.encode(commit));
    }
}
