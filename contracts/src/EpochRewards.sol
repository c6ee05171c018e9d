// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {EpochClock} from "contracts/src/EpochClock.sol";
import {IComputeToken} from "contracts/src/interfaces/IComputeToken.sol";
import {IDataCredits} from "contracts/src/interfaces/IDataCredits.sol";
import {IEpochRewards} from "contracts/src/interfaces/IEpochRewards.sol";
import {BudgetMath} from "contracts/src/libraries/BudgetMath.sol";
import {OracleVotes} from "contracts/src/rewards/OracleVotes.sol";
import {RewardClaims} from "contracts/src/rewards/RewardClaims.sol";
import {Tally} from "contracts/src/rewards/Tally.sol";
import {Commit, RewardsConfig} from "contracts/src/types/Types.sol";

/// @title An epoch's way from its end to its rewards; see {IEpochRewards}
/// @dev finalizedCount <= committedCount <= closedCount, and epochs below each have taken that step. A commit needn't wait
/// for the window of the one before: with windows as long as epochs, commits would else fall behind for ever.
contract EpochRewards is IEpochRewards, Tally, OracleVotes, RewardClaims {
    /// @dev One word.
    struct Closed {
        uint240 budget;
        uint16 kappaBps;
    }

    struct Committed {
        Commit commit;
        uint64 windowEndsAt;
    }

    /// @dev One word.
    struct Progress {
        uint64 closedCount;
        uint64 committedCount;
        uint64 finalizedCount;
        uint16 kappaBps;
    }

    uint256 public constant MAX_KAPPA_BPS = 30_000;

    IDataCredits public immutable CREDITS;
    /// BCT, 18 decimals
    uint256 public immutable INITIAL_EMISSION;
    uint256 public immutable HALVING_EPOCHS;
    uint256 public immutable RE_EMISSION_CAP;
    /// seconds
    uint256 public immutable CHALLENGE_WINDOW;

    Progress private _progress;
    /// @inheritdoc IEpochRewards
    uint256 public override smoothedBct;
    mapping(uint256 epoch => Closed) private _closed;
    /// @dev What a veto voids stays here until it is committed anew: see `commitOf`.
    mapping(uint256 epoch => Committed) private _committed;

    /// @param bct must let this contract mint
    /// @param credits whose clock this contract shares: both tally the same epochs
    constructor(address manager, IComputeToken bct, IDataCredits credits, RewardsConfig memory config)
        AccessManaged(manager)
        EpochClock(credits.genesisTime(), credits.epochLength())
        RewardClaims(bct)
    {
        if (config.halvingEpochs == 0 || config.challengeWindow == 0) {
            revert EpochRewards_BadConfig(config.halvingEpochs, config.challengeWindow);
        }
        CREDITS = credits;
        INITIAL_EMISSION = config.initialEmission;
        HALVING_EPOCHS = config.halvingEpochs;
        RE_EMISSION_CAP = config.reEmissionCap;
        CHALLENGE_WINDOW = config.challengeWindow;
        _setKappa(config.kappaBps);
        _setOracles(config.oracles, config.quorum);
    }

    /// @inheritdoc IEpochRewards
    function closeEpoch(uint256 epoch) external {
        uint256 next = _progress.closedCount;
        if (epoch != next) revert EpochRewards_NotNextToClose(epoch, next);
        uint256 endsAt = _endOf(epoch);
        if (block.timestamp < endsAt) revert EpochRewards_EpochNotOver(epoch, endsAt);

        ++_progress.closedCount;
        _closeWith(epoch, CREDITS.bctBurnedIn(epoch), bctEquivalentIn(epoch), _progress.kappaBps);
    }

    /// @inheritdoc IEpochRewards
    function attest(uint256 epoch, Commit calldata commit) external {
        _requireOracle();
        uint256 next = _progress.committedCount;
        if (epoch != next) revert EpochRewards_NotNextToCommit(epoch, next);
        uint256 budget = budgetOf(epoch);
        if (commit.total > budget) revert EpochRewards_OverBudget(epoch, commit.total, budget);
        _requireRoots(epoch, commit);

        uint256 votes = _vote(epoch, commit);
        emit Attested(epoch, msg.sender, round, commit, votes);
        if (votes < quorum) return;
        uint64 windowEndsAt = SafeCast.toUint64(block.timestamp + CHALLENGE_WINDOW);
        ++_progress.committedCount;
        _committed[epoch] = Committed(commit, windowEndsAt);
        emit EpochCommitted(epoch, round, commit, windowEndsAt);
    }

    /// @inheritdoc IEpochRewards
    function veto(uint256 epoch, string calldata reason) external restricted {
        Committed storage committed = _requireCommitted(epoch);
        if (epoch < _progress.finalizedCount) revert EpochRewards_AlreadyFinalized(epoch);
        uint256 windowEndsAt = committed.windowEndsAt;
        if (block.timestamp >= windowEndsAt) revert EpochRewards_WindowOver(epoch, windowEndsAt);

        _progress.committedCount = SafeCast.toUint64(epoch);
        emit EpochVetoed(epoch, _nextRound(), reason);
    }

    /// @inheritdoc IEpochRewards
    function finalize(uint256 epoch) external {
        uint256 next = _progress.finalizedCount;
        if (epoch != next) revert EpochRewards_NotNextToFinalize(epoch, next);
        Committed storage committed = _requireCommitted(epoch);
        uint256 windowEndsAt = committed.windowEndsAt;
        if (block.timestamp < windowEndsAt) revert EpochRewards_WindowOpen(epoch, windowEndsAt);

        uint256 total = committed.commit.total;
        bytes32 root = committed.commit.claimsRoot;
        ++_progress.finalizedCount;
        claimsRoot = root;
        emit EpochFinalized(epoch, root, total);
        BCT.mint(address(this), total);
    }

    /// @inheritdoc IEpochRewards
    function setKappa(uint16 kappaBps_) external restricted {
        _setKappa(kappaBps_);
    }

    /// @inheritdoc IEpochRewards
    function closedCount() external view returns (uint256) {
        return _progress.closedCount;
    }

    /// @inheritdoc IEpochRewards
    function committedCount() external view returns (uint256) {
        return _progress.committedCount;
    }

    /// @inheritdoc IEpochRewards
    function finalizedCount() external view returns (uint256) {
        return _progress.finalizedCount;
    }

    /// @inheritdoc IEpochRewards
    function kappaBps() external view returns (uint256) {
        return _progress.kappaBps;
    }

    /// @inheritdoc IEpochRewards
    function kappaOf(uint256 epoch) external view returns (uint256) {
        return _requireClosed(epoch).kappaBps;
    }

    /// @inheritdoc IEpochRewards
    function commitOf(uint256 epoch) external view returns (Commit memory commit, uint64 windowEndsAt) {
        Committed storage committed = _requireCommitted(epoch);
        return (committed.commit, committed.windowEndsAt);
    }

    /// @inheritdoc IEpochRewards
    function budgetOf(uint256 epoch) public view returns (uint256 budget) {
        return _requireClosed(epoch).budget;
    }

    function _closeWith(uint256 epoch, uint256 burnedBct, uint256 bctEquivalent, uint16 kappa) private {
        uint256 scheduled = BudgetMath.scheduledDown(INITIAL_EMISSION, HALVING_EPOCHS, epoch);
        uint256 smoothed = BudgetMath.smoothedDown(smoothedBct, burnedBct);
        uint256 reEmission = Math.min(smoothed, RE_EMISSION_CAP);
        uint256 ceiling = BudgetMath.ceilingDown(bctEquivalent, kappa);
        uint256 budget = BudgetMath.budget(scheduled, reEmission, ceiling);

        smoothedBct = smoothed;
        _closed[epoch] = Closed(SafeCast.toUint240(budget), kappa);
        emit EpochClosed(
            epoch, scheduled, burnedBct, smoothed, reEmission, burnedIn(epoch), bctEquivalent, kappa, ceiling, budget
        );
    }

    function _setKappa(uint16 kappaBps_) private {
        if (kappaBps_ > MAX_KAPPA_BPS) revert EpochRewards_KappaTooHigh(kappaBps_, MAX_KAPPA_BPS);
        _progress.kappaBps = kappaBps_;
        emit KappaSet(kappaBps_);
    }

    function _requireClosed(uint256 epoch) private view returns (Closed storage) {
        if (epoch >= _progress.closedCount) revert EpochRewards_NotClosed(epoch);
        return _closed[epoch];
    }

    function _requireCommitted(uint256 epoch) private view returns (Committed storage) {
        if (epoch >= _progress.committedCount) revert EpochRewards_NotCommitted(epoch);
        return _committed[epoch];
    }

    /// @dev Without a claims root nobody could claim, not even what is owed from before.
    function _requireRoots(uint256 epoch, Commit calldata commit) private view {
        bool isMinting = commit.total != 0;
        bool isOwing = isMinting || (epoch != 0 && _committed[epoch - 1].commit.claimsRoot != 0);
        bool isMissing = (isOwing && commit.claimsRoot == 0) || (isMinting && commit.linesRoot == 0);
        if (isMissing) revert EpochRewards_MissingRoot(epoch, commit.linesRoot, commit.claimsRoot);
    }
}
