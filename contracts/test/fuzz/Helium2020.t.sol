// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Tier} from "contracts/src/types/Types.sol";
import {SelfRental} from "contracts/test/utils/SelfRental.sol";
import {Trees} from "contracts/test/utils/Trees.sol";

/// Helium, August 2020: data sent to oneself earned 21,000 dollars of tokens for 145 dollars of credits, until an epoch paid
/// no more than the credits burned in it were worth (HIP 10). Here whoever rents from itself is the only payee there is.
contract Helium2020Test is SelfRental {
    uint256 private constant ROUNDS = 3;

    uint256 private _price = PRICE;

    /// Every price that follows is the same or higher: what was bought is worth no more when it is used.
    function testFuzz_ASteadyOrRisingPriceNeverPays(uint256 seed) external {
        for (uint256 i; i < ROUNDS; ++i) {
            uint256 dice = uint256(keccak256(abi.encode(seed, i)));
            _buy(_spendable(dice));
            uint256 first = _risen(_risen(_price, dice >> 8), dice >> 16);
            uint256 second = _risen(first, dice >> 24);
            _rentFromItself(Tier(dice % 3), first, second);
            _settleEpochs();
            assertLe(_wealth(second), STAKE, "more than it began with");
            _price = second;
            _quote(_price);
        }
    }

    /// Whatever the price does between buying and using: what comes back is worth no more dollars, when it is used, than
    /// were spent when it was bought. Nor is it with the help of rounding.
    function testFuzz_NoPriceGivesBackMoreDollars(uint256 seed) external {
        for (uint256 i; i < ROUNDS; ++i) {
            uint256 dice = uint256(keccak256(abi.encode(seed, i)));
            uint256 spentBct = _spendable(dice);
            uint256 leftBct = network.token.balanceOf(attacker) - spentBct;
            uint256 leftDc = network.credits.balanceOf(attacker);
            uint256 boughtDc = _buy(spentBct);
            assertLe(boughtDc * 1e20, spentBct * _price, "DC are dollars");
            uint256 usePrice = bound(dice >> 32, 1e8, 4e8);
            _rentFromItself(Tier(dice % 3), usePrice, usePrice);
            _settleEpochs();
            uint256 mintedBct = network.token.balanceOf(attacker) - leftBct;
            uint256 usedDc = leftDc + boughtDc - network.credits.balanceOf(attacker);
            assertLe(mintedBct * usePrice, usedDc * 1e20, "dollars");
            _price = bound(dice >> 96, 1e8, 4e8);
            _quote(_price);
        }
    }

    /// Why kappa is 1 unless governors know better: at 3 each BCT burned on oneself comes back threefold, and no more.
    function testFuzz_KappaBoundsTheGain(uint256 seed, uint16 kappa) external {
        kappa = uint16(bound(kappa, 0, 30_000));
        vm.prank(admin);
        network.rewards.setKappa(kappa);
        uint256 spentBct = _spendable(seed);
        uint256 spentDc = _buy(spentBct);
        _rentFromItself(Tier(seed % 3), PRICE, PRICE);
        _settleEpochs();
        uint256 mintedBct = network.token.balanceOf(attacker) + spentBct - STAKE;
        assertLe(mintedBct, spentBct * kappa / 10_000, "more than kappa times what was burned");
        // to the base unit of DC what the bound allows, on every DC used
        uint256 usedDc = spentDc - network.credits.balanceOf(attacker);
        assertGe(mintedBct + 1e12, usedDc * 1e12 / 2 * kappa / 10_000, "the bound is reached");
    }

    function test_AtKappaOneItBreaksEven() external {
        assertEq(_buy(100e18), 200e6);
        _rentFromItself(Tier.ON_DEMAND, PRICE, PRICE);
        _settleEpochs();
        assertEq(network.token.balanceOf(attacker), 1000e18);
        assertEq(network.token.totalSupply(), 1e27);
    }

    function test_AtKappaThreeItTriplesWhatItBurns() external {
        vm.prank(admin);
        network.rewards.setKappa(30_000);
        assertEq(_buy(100e18), 200e6);
        _rentFromItself(Tier.ON_DEMAND, PRICE, PRICE);
        _settleEpochs();
        assertEq(network.token.balanceOf(attacker), 900e18 + 300e18);
    }

    /// DC are dollars: 200 bought for 100 BCT buy back 200 BCT once a BCT costs 1 dollar. That is more BCT and not more
    /// dollars, and holding dollars would have given the same. It is a way to turn DC into BCT, as fast as budgets allow.
    function test_AFallingPriceGivesMoreBctAndNoMoreDollars() external {
        assertEq(_buy(100e18), 200e6);
        _rentFromItself(Tier.ON_DEMAND, 1e8, 1e8);
        _settleEpochs();
        assertEq(network.token.balanceOf(attacker), 900e18 + 200e18);
    }

    /// Payees must share an epoch by what use was worth at each burn, as the meters tell it, and not by DC. Alice uses 100
    /// DC at 1 dollar a BCT, worth 100 BCT; later the attacker burns 50 BCT for 100 DC at 2 dollars, worth 50. By DC each
    /// would get half of 150, and the attacker 25 more than it burned, at the expense of alice's hosts.
    function test_AnEpochIsToBeSharedByWorthAndNotByDc() external {
        uint256 honestGpu = _mintGpu(_createPool(operatorId, 100e6), "honest");
        _rent(alice, honestGpu, 100e6);
        skip(1 hours);
        _quote(1e8);
        network.market.settle(1);
        _quote(2e8);
        network.priceFeed.lastGoodPrice();
        // the average that DC are sold at forgets after 30 minutes
        skip(30 minutes);
        _quote(2e8);
        assertEq(_buy(50e18), 100e6);
        _rentFromItself(Tier.ON_DEMAND, 2e8, 2e8);

        assertEq(network.rewards.tallyOfGpu(honestGpu).inEpochDc, 100e6);
        assertEq(network.rewards.tallyOfGpu(ownGpu).inEpochDc, 100e6);
        vm.warp(GENESIS + 1 days);
        network.rewards.closeEpoch(0);
        assertEq(network.rewards.budgetOf(0), 150e18);
        uint256 byDc = 150e18 * 100 / 200;
        assertEq(byDc, 50e18 + 25e18);
        bytes32[] memory leaves = new bytes32[](2);
        leaves[0] = Trees.leaf(attacker, 50e18);
        leaves[1] = Trees.leaf(owner, 100e18);
        _commit(0, Trees.root(leaves), 150e18);
        skip(1 days);
        network.rewards.finalize(0);
        network.rewards.claim(attacker, 50e18, Trees.proof(leaves, 0));
        network.rewards.claim(owner, 100e18, Trees.proof(leaves, 1));
        assertEq(network.token.balanceOf(attacker), STAKE);
    }

    function _spendable(uint256 dice) private view returns (uint256) {
        uint256 held = network.token.balanceOf(attacker);
        return bound(dice >> 40, held / 2, held);
    }

    /// @dev Up to a quarter more.
    function _risen(uint256 price, uint256 dice) private pure returns (uint256) {
        return price + price * (dice % 256) / 1024;
    }
}
