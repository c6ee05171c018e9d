// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {ComputeToken} from "contracts/src/ComputeToken.sol";
import {DataCredits} from "contracts/src/DataCredits.sol";
import {EpochRewards} from "contracts/src/EpochRewards.sol";
import {IPriceFeed} from "contracts/src/interfaces/IPriceFeed.sol";
import {Roles} from "contracts/src/libraries/Roles.sol";
import {Commit, RewardsConfig} from "contracts/src/types/Types.sol";
import {Test} from "contracts/test/utils/TestKit.sol";

/// 1 BCT = 2 USD, always.
contract FixedPrice is IPriceFeed {
    uint256 private constant PRICE = 2e8;

    function acceptPrice() external pure returns (uint256) {
        return PRICE;
    }

    function lastGoodPrice() external pure returns (uint256) {
        return PRICE;
    }

    function previewPrice() external pure returns (uint256) {
        return PRICE;
    }
}

/// @title BCT, DC and rewards alone: no market, but two accounts that stand for it and for the slots
/// @dev The test is the access manager's admin. Three oracles, of whom two must agree; 1,000 BCT an epoch, halved every
/// other epoch, and at most 100 re-emitted; kappa 1.
abstract contract EpochBase is Test {
    /// 2027-01-15 08:00:00 UTC, a third into epoch 0
    uint64 internal constant START = 1_800_000_000;
    uint64 internal constant GENESIS = START - 8 hours;

    address internal treasury = makeAddr("treasury");
    address internal guardian = makeAddr("guardian");
    address internal market = makeAddr("market");
    address internal slots = makeAddr("slots");
    address internal stranger = makeAddr("stranger");
    address internal alice = makeAddr("alice");
    address internal bob = makeAddr("bob");
    address internal carol = makeAddr("carol");
    address internal dave = makeAddr("dave");
    address[] internal oracles;

    AccessManager internal manager;
    ComputeToken internal token;
    DataCredits internal credits;
    EpochRewards internal rewards;

    function setUp() public virtual {
        vm.warp(START);
        for (uint256 i; i < 3; ++i) {
            oracles.push(makeAddr(string.concat("oracle ", vm.toString(i))));
        }
        _deploy();
    }

    function _deploy() internal {
        manager = new AccessManager(address(this));
        bytes memory args = abi.encode(manager, treasury, 1e27);
        token = ComputeToken(deployCode(_artifact("ComputeToken"), args));
        args = abi.encode(manager, token, new FixedPrice(), type(uint128).max, 1, GENESIS, 1 days);
        credits = DataCredits(deployCode(_artifact("DataCredits"), args));
        args = abi.encode(manager, token, credits, _config());
        rewards = EpochRewards(deployCode(_artifact("EpochRewards"), args));
        _bind(address(token), token.mint.selector, Roles.MINTER);
        _bind(address(rewards), rewards.veto.selector, Roles.GUARDIAN);
        manager.grantRole(Roles.MINTER, address(rewards), 0);
        manager.grantRole(Roles.GUARDIAN, guardian, 0);
        vm.prank(treasury);
        token.approve(address(credits), type(uint256).max);
    }

    function _config() internal view virtual returns (RewardsConfig memory) {
        return RewardsConfig({
            initialEmission: 1000e18,
            halvingEpochs: 2,
            reEmissionCap: 100e18,
            kappaBps: 10_000,
            challengeWindow: 1 days,
            oracles: oracles,
            quorum: 2
        });
    }

    function _bind(address target, bytes4 selector, uint64 role) internal {
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = selector;
        manager.setTargetFunctionRole(target, selectors, role);
    }

    function _wire() internal {
        credits.setKeepers(market, slots);
        rewards.setMeters(market, slots);
    }

    /// @dev Mints twice as many DC, which nobody needs.
    function _burnBct(uint256 bctAmount) internal {
        vm.prank(treasury);
        credits.mintFor(treasury, bctAmount, 0, 0);
    }

    /// @dev Use worth `bctAmount`, of GPU 1 in pool 1.
    function _use(uint256 bctAmount) internal {
        vm.prank(market);
        rewards.recordUse(1, 1, bctAmount * 2 / 1e12, bctAmount);
    }

    function _warpToEndOf(uint256 epoch) internal {
        vm.warp(GENESIS + (epoch + 1) * 1 days);
    }

    /// @dev Use worth `bctAmount` in the running epoch, which then ends and is closed.
    function _closeWith(uint256 bctAmount) internal returns (uint256 epoch) {
        epoch = rewards.closedCount();
        if (bctAmount != 0) _use(bctAmount);
        _warpToEndOf(epoch);
        rewards.closeEpoch(epoch);
    }

    function _attest(uint256 oracle, uint256 epoch, Commit memory commit) internal {
        vm.prank(oracles[oracle]);
        rewards.attest(epoch, commit);
    }

    function _commit(uint256 epoch, Commit memory commit) internal {
        _attest(0, epoch, commit);
        _attest(1, epoch, commit);
    }

    /// @dev The running epoch, from use worth `total` to final, and any before it that nothing was paid for. Two days pass.
    function _pass(bytes32 claimsRoot, uint256 total) internal {
        uint256 running = rewards.epochAt(uint64(vm.getBlockTimestamp()));
        if (total != 0) _use(total);
        _warpToEndOf(running);
        for (uint256 i = rewards.closedCount(); i <= running; ++i) {
            rewards.closeEpoch(i);
            _commit(i, i == running ? _values(claimsRoot, total) : _values(rewards.claimsRoot(), 0));
        }
        skip(1 days);
        for (uint256 i = rewards.finalizedCount(); i <= running; ++i) {
            rewards.finalize(i);
        }
    }

    function _values(bytes32 claimsRoot, uint256 total) internal pure returns (Commit memory) {
        return Commit("lines", claimsRoot, total, "inputs", 1);
    }
}
