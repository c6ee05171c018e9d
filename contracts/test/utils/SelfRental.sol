// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Params} from "contracts/script/Deployment.sol";
import {Commit, OperatorMode, Rates, ShareRule, Tier} from "contracts/src/types/Types.sol";
import {Base} from "contracts/test/Base.t.sol";
import {Trees} from "contracts/test/utils/Trees.sol";

/// @title An attacker with 1,000 BCT who is operator, pool, GPU owner, customer and only payee at once
/// @dev Of each epoch it is paid the whole budget: no honest split could give it more. The schedule allows 1,000 BCT an
/// epoch, so that what binds is what use was worth.
abstract contract SelfRental is Base {
    uint256 internal constant STAKE = 1000e18;
    /// 3,000 DC per hour: prices are of the attacker's own making
    uint64 internal constant OWN_RATE = 3000e6;
    uint64 internal constant OWN_RESERVED_RATE = 100e6;

    address internal attacker = makeAddr("attacker");
    uint256 internal ownGpu;
    uint256 private _earned;

    function setUp() public virtual override {
        super.setUp();
        vm.startPrank(attacker);
        uint256 operator = network.operators.register(OperatorMode.SELF_POOLED, "Sock Puppet", "");
        Rates memory rates = Rates({spot: OWN_RATE, onDemand: OWN_RATE, reserved: OWN_RESERVED_RATE});
        uint256 pool = network.pools.createPool(operator, "H100", "us-west", rates, ShareRule(10_000, 0, 0));
        ownGpu = network.gpus.mint(pool, attacker, keccak256("own"));
        network.token.approve(address(network.credits), type(uint256).max);
        vm.stopPrank();
        vm.prank(treasury);
        network.token.transfer(attacker, STAKE);
    }

    function _params() internal view virtual override returns (Params memory p) {
        p = super._params();
        // so that the schedule never binds
        p.rewards.initialEmission = 1e24;
    }

    /// @dev The feed's answer from now on.
    function _quote(uint256 price) internal {
        _answer(SafeCast.toInt256(price), vm.getBlockTimestamp());
    }

    function _buy(uint256 bctAmount) internal returns (uint256 dcAmount) {
        vm.prank(attacker);
        return network.credits.mintFor(attacker, bctAmount, 0, 0);
    }

    /// @dev Rents its own GPU for all its DC, or for as many as 20 hours take, and lets two prices stand while it is used.
    function _rentFromItself(Tier tier, uint256 firstPrice, uint256 secondPrice) internal {
        uint256 balance = network.credits.balanceOf(attacker);
        if (tier == Tier.RESERVED) return _reserveFromItself(balance, firstPrice, secondPrice);
        vm.prank(attacker);
        uint256 id = tier == Tier.SPOT
            ? network.market.rentSpot(ownGpu, balance, OWN_RATE)
            : network.market.rentOnDemand(ownGpu, balance, OWN_RATE);
        uint256 duration = balance * 1 hours / OWN_RATE;
        skip(duration / 2);
        _quote(firstPrice);
        network.market.settle(id);
        skip(duration);
        _quote(secondPrice);
        network.market.end(id);
    }

    /// @dev The running epoch and any before it, to the last claim. Two days or more pass.
    function _settleEpochs() internal {
        uint256 running = network.rewards.epochAt(uint64(vm.getBlockTimestamp()));
        vm.warp(GENESIS + (running + 1) * 1 days);
        for (uint256 epoch = network.rewards.closedCount(); epoch <= running; ++epoch) {
            network.rewards.closeEpoch(epoch);
            _payOut(epoch, network.rewards.budgetOf(epoch));
        }
        skip(1 days);
        for (uint256 epoch = network.rewards.finalizedCount(); epoch <= running; ++epoch) {
            network.rewards.finalize(epoch);
        }
        if (_earned > network.rewards.claimedOf(attacker)) network.rewards.claim(attacker, _earned, new bytes32[](0));
    }

    /// @dev BCT, and what the DC that are left would cost.
    function _wealth(uint256 price) internal view returns (uint256 bctAmount) {
        uint256 left = network.credits.balanceOf(attacker) * 1e20 / price;
        return network.token.balanceOf(attacker) + left;
    }

    function _payOut(uint256 epoch, uint256 total) internal {
        _earned += total;
        _commit(epoch, Trees.leaf(attacker, _earned), total);
    }

    function _commit(uint256 epoch, bytes32 claimsRoot, uint256 total) internal {
        vm.prank(network.rewards.oracles()[0]);
        network.rewards.attest(epoch, Commit("lines", claimsRoot, total, "inputs", 1));
    }

    function _reserveFromItself(uint256 balance, uint256 firstPrice, uint256 secondPrice) private {
        uint256 hourNow = vm.getBlockTimestamp() / 1 hours;
        uint256 hourCount = balance / OWN_RESERVED_RATE;
        if (hourCount > 20) hourCount = 20;
        vm.prank(attacker);
        uint256 id = network.slots.reserve(ownGpu, hourNow, hourCount, OWN_RESERVED_RATE);
        skip(hourCount * 30 minutes);
        _quote(firstPrice);
        network.slots.settleSlot(id);
        skip(hourCount * 30 minutes + 1 hours);
        _quote(secondPrice);
        network.slots.settleSlot(id);
    }
}
