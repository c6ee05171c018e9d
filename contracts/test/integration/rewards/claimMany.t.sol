// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEpochRewards} from "contracts/src/interfaces/IEpochRewards.sol";
import {Claim} from "contracts/src/types/Types.sol";
import {EpochBase} from "contracts/test/EpochBase.t.sol";
import {Roots} from "contracts/test/utils/Roots.sol";

contract ClaimManyTest is EpochBase {
    function setUp() public override {
        super.setUp();
        _wire();
        _pass(Roots.FIRST, 100e18);
    }

    function test_PaysEachWalletWhatItIsDue() external {
        vm.expectEmit(address(rewards));
        emit IEpochRewards.RewardClaimed(alice, 60e18, 60e18);
        vm.expectEmit(address(rewards));
        emit IEpochRewards.RewardClaimed(bob, 30e18, 30e18);
        vm.expectEmit(address(rewards));
        emit IEpochRewards.RewardClaimed(carol, 10e18, 10e18);
        vm.prank(stranger);
        assertEq(rewards.claimMany(_all()), 100e18);
        assertEq(token.balanceOf(alice), 60e18);
        assertEq(token.balanceOf(bob), 30e18);
        assertEq(token.balanceOf(carol), 10e18);
    }

    /// Whoever claims for one wallet just before can't stop the others.
    function test_PassesOverWalletsThatWerePaidAlready() external {
        rewards.claim(bob, 30e18, Roots.bobInFirst());
        assertEq(rewards.claimMany(_all()), 70e18);
        vm.recordLogs();
        assertEq(rewards.claimMany(_all()), 0);
        assertEq(vm.getRecordedLogs().length, 0);
        assertEq(token.balanceOf(bob), 30e18);
        assertEq(token.balanceOf(address(rewards)), 0);
    }

    function test_PaysAWalletNamedTwiceOnce() external {
        Claim[] memory claims = _all();
        claims[1] = claims[0];
        assertEq(rewards.claimMany(claims), 70e18);
        assertEq(token.balanceOf(alice), 60e18);
    }

    function test_RefusesAllForOneBadProof() external {
        Claim[] memory claims = _all();
        claims[2].cumulativeAmount = 11e18;
        vm.expectRevert(abi.encodeWithSelector(IEpochRewards.EpochRewards_BadProof.selector, carol, 11e18));
        rewards.claimMany(claims);
        assertEq(token.balanceOf(alice), 0);
    }

    function test_PaysNothingForNothing() external {
        assertEq(rewards.claimMany(new Claim[](0)), 0);
    }

    function _all() private view returns (Claim[] memory claims) {
        claims = new Claim[](3);
        claims[0] = Claim(alice, 60e18, Roots.aliceInFirst());
        claims[1] = Claim(bob, 30e18, Roots.bobInFirst());
        claims[2] = Claim(carol, 10e18, Roots.carolInFirst());
    }
}
