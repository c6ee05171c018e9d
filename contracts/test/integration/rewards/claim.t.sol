// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IEpochRewards} from "contracts/src/interfaces/IEpochRewards.sol";
import {EpochBase} from "contracts/test/EpochBase.t.sol";
import {Roots} from "contracts/test/utils/Roots.sol";
import {Trees} from "contracts/test/utils/Trees.sol";

contract ClaimTest is EpochBase {
    function setUp() public override {
        super.setUp();
        _wire();
    }

    function test_PaysTheAccountWhoeverCalls() external {
        _pass(Roots.FIRST, 100e18);
        vm.expectEmit(address(rewards));
        emit IEpochRewards.RewardClaimed(alice, 60e18, 60e18);
        vm.prank(stranger);
        assertEq(rewards.claim(alice, 60e18, Roots.aliceInFirst()), 60e18);
        rewards.claim(bob, 30e18, Roots.bobInFirst());
        rewards.claim(carol, 10e18, Roots.carolInFirst());
        assertEq(token.balanceOf(alice), 60e18);
        assertEq(token.balanceOf(bob), 30e18);
        assertEq(token.balanceOf(carol), 10e18);
        assertEq(token.balanceOf(stranger), 0);
        assertEq(token.balanceOf(address(rewards)), 0);
        assertEq(rewards.claimedOf(alice), 60e18);
    }

    function test_PaysTheDifferenceAfterTheNextEpoch() external {
        _pass(Roots.FIRST, 100e18);
        rewards.claim(alice, 60e18, Roots.aliceInFirst());
        _pass(Roots.SECOND, 40e18);
        vm.expectEmit(address(rewards));
        emit IEpochRewards.RewardClaimed(alice, 15e18, 75e18);
        assertEq(rewards.claim(alice, 75e18, Roots.aliceInSecond()), 15e18);
        assertEq(token.balanceOf(alice), 75e18);
        assertEq(rewards.claim(dave, 20e18, Roots.daveInSecond()), 20e18);
    }

    function test_PaysInOneGoWhatSeveralEpochsGave() external {
        _pass(Roots.FIRST, 100e18);
        _pass(Roots.SECOND, 40e18);
        assertEq(rewards.claim(alice, 75e18, Roots.aliceInSecond()), 75e18);
        assertEq(rewards.claim(bob, 30e18, Roots.bobInSecond()), 30e18);
        assertEq(rewards.claim(carol, 15e18, Roots.carolInSecond()), 15e18);
        assertEq(rewards.claim(dave, 20e18, Roots.daveInSecond()), 20e18);
        assertEq(token.balanceOf(address(rewards)), 0);
    }

    function test_RefusesToPayTwice() external {
        _pass(Roots.FIRST, 100e18);
        rewards.claim(bob, 30e18, Roots.bobInFirst());
        _expectNothing(bob, 30e18, 30e18);
        rewards.claim(bob, 30e18, Roots.bobInFirst());
        // the same root again gives nothing again
        _pass(Roots.FIRST, 0);
        _expectNothing(bob, 30e18, 30e18);
        rewards.claim(bob, 30e18, Roots.bobInFirst());
        // nor does the next, which has nothing new for bob
        _pass(Roots.SECOND, 40e18);
        _expectNothing(bob, 30e18, 30e18);
        rewards.claim(bob, 30e18, Roots.bobInSecond());
    }

    function test_RefusesAWalletThatALowerRootTakesBackFrom() external {
        _pass(Roots.SECOND, 140e18);
        rewards.claim(alice, 75e18, Roots.aliceInSecond());
        _pass(Roots.FIRST, 0);
        _expectNothing(alice, 60e18, 75e18);
        rewards.claim(alice, 60e18, Roots.aliceInFirst());
        assertEq(rewards.claimedOf(alice), 75e18);
    }

    function test_PaysAgainFromWhereALowerRootLeftOff() external {
        _pass(Roots.FIRST, 100e18);
        rewards.claim(alice, 60e18, Roots.aliceInFirst());
        _pass(Trees.leaf(alice, 1), 0);
        _expectNothing(alice, 1, 60e18);
        rewards.claim(alice, 1, new bytes32[](0));
        _pass(Roots.SECOND, 40e18);
        assertEq(rewards.claim(alice, 75e18, Roots.aliceInSecond()), 15e18);
    }

    function test_RefusesAnotherAmountOrAccount() external {
        _pass(Roots.FIRST, 100e18);
        _expectBadProof(alice, 60e18 + 1);
        rewards.claim(alice, 60e18 + 1, Roots.aliceInFirst());
        _expectBadProof(stranger, 60e18);
        rewards.claim(stranger, 60e18, Roots.aliceInFirst());
        _expectBadProof(alice, 60e18);
        rewards.claim(alice, 60e18, Roots.bobInFirst());
        _expectBadProof(alice, 60e18);
        rewards.claim(alice, 60e18, new bytes32[](0));
    }

    function test_RefusesAProofOfAnEarlierRoot() external {
        _pass(Roots.FIRST, 100e18);
        _pass(Roots.SECOND, 40e18);
        _expectBadProof(alice, 60e18);
        rewards.claim(alice, 60e18, Roots.aliceInFirst());
    }

    /// Two hashes side by side are as long as an account and an amount.
    function test_RefusesAnInnerNodeAsALeaf() external {
        address account = address(uint160(uint256(Roots.ALICE_LEAF)));
        bytes32 amount = Roots.CAROL_LEAF;
        bytes32[] memory proof = new bytes32[](1);
        // were leaves hashed once, this would be one
        bytes32 inner = keccak256(abi.encode(account, amount));
        proof[0] = Roots.BOB_LEAF;
        _pass(
            inner < proof[0]
                ? keccak256(abi.encodePacked(inner, proof[0]))
                : keccak256(abi.encodePacked(proof[0], inner)),
            100e18
        );
        _expectBadProof(account, uint256(amount));
        rewards.claim(account, uint256(amount), proof);
    }

    function test_RefusesALeafHashedOnce() external {
        _pass(keccak256(abi.encode(alice, 60e18)), 100e18);
        _expectBadProof(alice, 60e18);
        rewards.claim(alice, 60e18, new bytes32[](0));
    }

    function test_RefusesAnyClaimBeforeTheFirstEpochIsFinal() external {
        _closeWith(100e18);
        _commit(0, _values(Roots.FIRST, 100e18));
        _expectBadProof(alice, 60e18);
        rewards.claim(alice, 60e18, Roots.aliceInFirst());
    }

    function test_PaysNoMoreThanWasMinted() external {
        // the root promises 100, the total is 90
        _pass(Roots.FIRST, 90e18);
        rewards.claim(alice, 60e18, Roots.aliceInFirst());
        rewards.claim(bob, 30e18, Roots.bobInFirst());
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, address(rewards), 0, 10e18)
        );
        rewards.claim(carol, 10e18, Roots.carolInFirst());
        assertEq(rewards.claimedOf(carol), 0);
    }

    function _expectNothing(address account, uint256 cumulativeAmount, uint256 claimed) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                IEpochRewards.EpochRewards_NothingToClaim.selector, account, cumulativeAmount, claimed
            )
        );
    }

    function _expectBadProof(address account, uint256 cumulativeAmount) private {
        vm.expectRevert(abi.encodeWithSelector(IEpochRewards.EpochRewards_BadProof.selector, account, cumulativeAmount));
    }
}
