// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Claim} from "contracts/src/types/Types.sol";
import {EpochBase} from "contracts/test/EpochBase.t.sol";
import {Trees} from "contracts/test/utils/Trees.sol";

/// Whoever claims when, each wallet gets what its leaves promise, and no more is paid than was minted.
contract ClaimsFuzzTest is EpochBase {
    uint256 private constant WALLETS = 7;
    uint256 private constant EPOCHS = 3;

    function setUp() public override {
        super.setUp();
        _wire();
    }

    function testFuzz_WalletsGetTheirCumulativeAmounts(uint64[WALLETS * EPOCHS] memory gains, uint256 seed) external {
        uint256[] memory earned = new uint256[](WALLETS);
        uint256 minted;
        for (uint256 epoch; epoch < EPOCHS; ++epoch) {
            uint256 total;
            for (uint256 i; i < WALLETS; ++i) {
                // one in four gains nothing
                uint256 gain = gains[epoch * WALLETS + i] % 4 == 0 ? 0 : gains[epoch * WALLETS + i];
                earned[i] += gain;
                total += gain;
            }
            bytes32[] memory leaves = _leaves(earned);
            _pass(Trees.root(leaves), total);
            minted += total;
            _claimSome(leaves, earned, uint256(keccak256(abi.encode(seed, epoch))));
            _assertConserved(minted);
        }
        _claimAll(earned);
        _assertConserved(minted);
        for (uint256 i; i < WALLETS; ++i) {
            assertEq(token.balanceOf(_wallet(i)), earned[i], "paid");
        }
        assertEq(token.balanceOf(address(rewards)), 0, "left");
    }

    function _claimSome(bytes32[] memory leaves, uint256[] memory earned, uint256 dice) private {
        for (uint256 i; i < WALLETS; ++i) {
            if ((dice >> i) & 1 == 0 || earned[i] <= rewards.claimedOf(_wallet(i))) continue;
            uint256 due = earned[i] - token.balanceOf(_wallet(i));
            assertEq(rewards.claim(_wallet(i), earned[i], Trees.proof(leaves, i)), due, "due");
        }
    }

    function _claimAll(uint256[] memory earned) private {
        bytes32[] memory leaves = _leaves(earned);
        Claim[] memory claims = new Claim[](WALLETS);
        for (uint256 i; i < WALLETS; ++i) {
            claims[i] = Claim(_wallet(i), earned[i], Trees.proof(leaves, i));
        }
        uint256 left = token.balanceOf(address(rewards));
        assertEq(rewards.claimMany(claims), left, "paid to all");
    }

    function _assertConserved(uint256 minted) private view {
        uint256 paid;
        for (uint256 i; i < WALLETS; ++i) {
            paid += rewards.claimedOf(_wallet(i));
            assertEq(token.balanceOf(_wallet(i)), rewards.claimedOf(_wallet(i)), "claimed");
        }
        assertEq(paid + token.balanceOf(address(rewards)), minted, "minted");
        assertEq(token.totalSupply(), 1e27 + minted, "supply");
    }

    function _leaves(uint256[] memory earned) private pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](earned.length);
        for (uint256 i; i < earned.length; ++i) {
            leaves[i] = Trees.leaf(_wallet(i), earned[i]);
        }
    }

    function _wallet(uint256 i) private pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encode("wallet", i)))));
    }
}
