// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEpochClock} from "contracts/src/interfaces/IEpochClock.sol";
import {Claim, Commit, UseTally} from "contracts/src/types/Types.sol";

/// @title From DC used to BCT earned
/// @notice An epoch is tallied while it runs, closed with a budget, committed by a quorum of oracles, open to a veto for a
/// while, and finalized: then its rewards are minted into this contract and wallets claim them. Each step is taken in the
/// order of epochs; closing, finalizing and claiming by anyone. Nothing here can be paused.
/// budget = min(schedule + min(smoothed BCT burned, cap), kappa × what use was worth). What stays unminted is gone.
/// A root is never rewritten once final: a correction stands in a later epoch's cumulative amounts.
interface IEpochRewards is IEpochClock {
    /// @notice These contracts tally use, for good.
    event MetersSet(address market, address slots);
    /// @notice From now on epochs are closed with this kappa, in basis points.
    event KappaSet(uint256 kappaBps);
    /// @notice These attest from now on, and so many of them commit. Votes of earlier rounds are void.
    event OraclesSet(address[] oracles, uint256 quorum, uint256 round);
    /// @notice An epoch has its budget, with every term of it. BCT with 18 decimals, DC with 6.
    /// @param scheduled what the schedule allows
    /// @param burnedBct BCT burned in the epoch to mint DC
    /// @param smoothedBct 6/7 of the epoch before, 1/7 of `burnedBct`
    /// @param reEmission `smoothedBct`, at most the cap
    /// @param burnedDc DC burned in the epoch for use
    /// @param bctEquivalent what they were worth, each at its burn
    /// @param ceiling kappa times `bctEquivalent`
    /// @param budget what may be minted
    event EpochClosed(
        uint256 indexed epoch,
        uint256 scheduled,
        uint256 burnedBct,
        uint256 smoothedBct,
        uint256 reEmission,
        uint256 burnedDc,
        uint256 bctEquivalent,
        uint256 kappaBps,
        uint256 ceiling,
        uint256 budget
    );
    /// @notice An oracle vouches for an epoch's rewards.
    /// @param votes how many oracles now vouch for the same
    event Attested(uint256 indexed epoch, address indexed oracle, uint256 round, Commit commit, uint256 votes);
    /// @notice A quorum vouches for the same; the guardian can veto before `windowEndsAt`.
    event EpochCommitted(uint256 indexed epoch, uint256 round, Commit commit, uint64 windowEndsAt);
    /// @notice The commits of `epoch` and of all epochs after it are void; oracles attest anew, in `round`.
    event EpochVetoed(uint256 indexed epoch, uint256 round, string reason);
    /// @notice `total` BCT were minted for the epoch, and claims go by `claimsRoot`.
    event EpochFinalized(uint256 indexed epoch, bytes32 claimsRoot, uint256 total);
    /// @notice A wallet was paid `amount`, and in all `cumulativeAmount`.
    event RewardClaimed(address indexed account, uint256 amount, uint256 cumulativeAmount);

    /// @notice No epochs before the first halving, or no time for a veto.
    error EpochRewards_BadConfig(uint256 halvingEpochs, uint256 challengeWindow);
    /// @notice More would be minted than use can justify.
    error EpochRewards_KappaTooHigh(uint256 kappaBps, uint256 maxKappaBps);
    /// @notice No oracles, too many, a duplicate, the zero address, or a quorum that isn't more than half of them.
    error EpochRewards_BadOracles(uint256 oracles, uint256 quorum);
    /// @notice A meter is missing.
    error EpochRewards_BadMeters(address market, address slots);
    /// @notice Meters are named once.
    error EpochRewards_MetersSet();
    /// @notice Only a meter tallies use.
    error EpochRewards_NotMeter(address caller);
    /// @notice Another epoch is to be closed next.
    error EpochRewards_NotNextToClose(uint256 epoch, uint256 next);
    /// @notice The epoch runs until `endsAt`.
    error EpochRewards_EpochNotOver(uint256 epoch, uint256 endsAt);
    /// @notice Only an oracle attests.
    error EpochRewards_NotOracle(address caller);
    /// @notice Another epoch is to be committed next.
    error EpochRewards_NotNextToCommit(uint256 epoch, uint256 next);
    /// @notice The epoch has no budget yet.
    error EpochRewards_NotClosed(uint256 epoch);
    /// @notice More than the epoch may mint.
    error EpochRewards_OverBudget(uint256 epoch, uint256 total, uint256 budget);
    /// @notice BCT to mint that no root accounts for, or an end to claims that earlier epochs promised.
    error EpochRewards_MissingRoot(uint256 epoch, bytes32 linesRoot, bytes32 claimsRoot);
    /// @notice The oracle vouches for just this already.
    error EpochRewards_AlreadyAttested(uint256 epoch, address oracle);
    /// @notice No quorum vouches for the epoch.
    error EpochRewards_NotCommitted(uint256 epoch);
    /// @notice The epoch's rewards are minted.
    error EpochRewards_AlreadyFinalized(uint256 epoch);
    /// @notice The time for a veto is over.
    error EpochRewards_WindowOver(uint256 epoch, uint256 windowEndsAt);
    /// @notice Another epoch is to be finalized next.
    error EpochRewards_NotNextToFinalize(uint256 epoch, uint256 next);
    /// @notice The guardian can still veto.
    error EpochRewards_WindowOpen(uint256 epoch, uint256 windowEndsAt);
    /// @notice The present claims root doesn't hold this leaf.
    error EpochRewards_BadProof(address account, uint256 cumulativeAmount);
    /// @notice The wallet was paid this much or more.
    error EpochRewards_NothingToClaim(address account, uint256 cumulativeAmount, uint256 claimed);

    /// @notice Tallies DC burned for the use of a GPU in a pool. By a meter.
    /// @param amountDc DC burned, at most 64 bits: that is 18 trillion dollars
    /// @param bctEquivalent BCT that they were worth
    /// @return epoch the epoch of this block
    function recordUse(uint256 gpuId, uint256 poolId, uint256 amountDc, uint256 bctEquivalent)
        external
        returns (uint256 epoch);

    /// @notice Gives the next epoch its budget, once it is over. By anyone.
    function closeEpoch(uint256 epoch) external;

    /// @notice Vouches for the rewards of the next closed epoch without a commit; replaces what the oracle attested before.
    /// By an oracle. The last of a quorum commits. An epoch that mints needs both roots; one that mints nothing repeats the
    /// claims root before it, which is zero only as long as nothing was ever owed.
    function attest(uint256 epoch, Commit calldata commit) external;

    /// @notice Voids the commits of an epoch and of all after it, whose cumulative amounts stand on it. By the guardian,
    /// within the epoch's challenge window.
    function veto(uint256 epoch, string calldata reason) external;

    /// @notice Mints the rewards of the next committed epoch, once its challenge window is over. By anyone.
    function finalize(uint256 epoch) external;

    /// @notice Pays `account` what it is due under the present claims root. By anyone.
    /// @param cumulativeAmount its rewards of all epochs, as in its leaf
    /// @return amount BCT paid
    function claim(address account, uint256 cumulativeAmount, bytes32[] calldata proof)
        external
        returns (uint256 amount);

    /// @notice Pays many wallets; passes over those that were paid already, refuses a wrong proof. By anyone.
    /// @return amount BCT paid in all
    function claimMany(Claim[] calldata claims) external returns (uint256 amount);

    /// @notice Names the two contracts that tally use, once and for all. By the access manager's admin.
    function setMeters(address market, address slots) external;

    /// @notice Changes kappa for epochs not yet closed. By the access manager's admin.
    function setKappa(uint16 kappaBps) external;

    /// @notice Replaces the oracles and begins a new round of votes. Commits stand. By the access manager's admin.
    function setOracles(address[] calldata oracles, uint256 quorum) external;

    /// @notice Whether an account tallies use.
    function isMeter(address account) external view returns (bool);

    /// @notice DC burned for use in an epoch.
    function burnedIn(uint256 epoch) external view returns (uint256 amountDc);

    /// @notice BCT that the burns of an epoch were worth.
    function bctEquivalentIn(uint256 epoch) external view returns (uint256 bctAmount);

    /// @notice DC burned for the use of a GPU: in the last epoch of its use, and ever.
    function tallyOfGpu(uint256 gpuId) external view returns (UseTally memory);

    /// @notice DC burned for use in a pool: in the last epoch of its use, and ever.
    function tallyOfPool(uint256 poolId) external view returns (UseTally memory);

    /// @notice How many epochs are closed: the next to close. Likewise committed and finalized, never more than those.
    function closedCount() external view returns (uint256);
    function committedCount() external view returns (uint256);
    function finalizedCount() external view returns (uint256);

    /// @notice What a closed epoch may mint, and the kappa it was closed with.
    function budgetOf(uint256 epoch) external view returns (uint256 budget);
    function kappaOf(uint256 epoch) external view returns (uint256 kappaBps);

    /// @notice The kappa of the next epoch to close, in basis points.
    function kappaBps() external view returns (uint256);

    /// @notice BCT burned per epoch, smoothed, as of the last epoch closed.
    function smoothedBct() external view returns (uint256);

    /// @notice What a committed epoch was committed with, and when its challenge window ends.
    function commitOf(uint256 epoch) external view returns (Commit memory commit, uint64 windowEndsAt);

    /// @notice Who attests, and how many must agree.
    function oracles() external view returns (address[] memory);
    function quorum() external view returns (uint256);

    /// @notice The round of votes: a veto and new oracles begin the next.
    function round() external view returns (uint256);

    /// @notice How many oracles vouch for `commit` in the present round.
    function votesFor(uint256 epoch, Commit calldata commit) external view returns (uint256 votes);

    /// @notice The root that claims go by: that of the last epoch finalized.
    function claimsRoot() external view returns (bytes32);

    /// @notice BCT paid to an account, ever.
    function claimedOf(address account) external view returns (uint256);
}
