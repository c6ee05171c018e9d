// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Claim, RewardsConfig} from "contracts/src/types/Types.sol";
import {EpochBase} from "contracts/test/EpochBase.t.sol";
import {Trees} from "contracts/test/utils/Trees.sol";

/// What closing and paying epochs costs, as whole transactions, with a tree of 1,024 wallets.
/// forge-config: default.isolate = true
contract RewardsGas is EpochBase {
    uint256 private constant WALLETS = 1024;

    function _config() internal view override returns (RewardsConfig memory config) {
        config = super._config();
        config.halvingEpochs = 730;
    }

    function setUp() public override {
        super.setUp();
        _wire();
    }

    function test_Gas_RecordUse() external {
        vm.startPrank(market);
        rewards.recordUse(7, 3, 1e6, 1e18);
        vm.snapshotGasLastCall("recordUse, first of GPU and pool");
        rewards.recordUse(7, 3, 1e6, 1e18);
        vm.snapshotGasLastCall("recordUse");
        skip(1 days);
        rewards.recordUse(7, 3, 1e6, 1e18);
        vm.snapshotGasLastCall("recordUse, first of the epoch");
        assertEq(rewards.tallyOfGpu(7).lifetimeDc, 3e6);
    }

    function test_Gas_Epoch() external {
        _use(50e18);
        _warpToEndOf(0);
        rewards.closeEpoch(0);
        vm.snapshotGasLastCall("closeEpoch");
        vm.prank(oracles[0]);
        rewards.attest(0, _values("a", 50e18));
        vm.snapshotGasLastCall("attest");
        vm.prank(oracles[1]);
        rewards.attest(0, _values("a", 50e18));
        vm.snapshotGasLastCall("attest, with a commit");
        skip(1 days);
        rewards.finalize(0);
        vm.snapshotGasLastCall("finalize");
        assertEq(rewards.finalizedCount(), 1);
    }

    function test_Gas_Claim() external {
        bytes32[] memory leaves = _publish(1e18);
        rewards.claim(_wallet(0), 1e18, Trees.proof(leaves, 0));
        vm.snapshotGasLastCall("claim, first of a wallet");
        leaves = _publish(2e18);
        rewards.claim(_wallet(0), 2e18, Trees.proof(leaves, 0));
        vm.snapshotGasLastCall("claim");
        uint256 cost = _lastCost();
        assertLe(cost, 75_000);

        // a hundred epochs without use change nothing
        skip(100 days);
        leaves = _publish(3e18);
        rewards.claim(_wallet(0), 3e18, Trees.proof(leaves, 0));
        assertApproxEqAbs(_lastCost(), cost, 200);
    }

    function test_Gas_ClaimMany() external {
        Claim[] memory claims = _claims(_publish(1e18), 1e18, 50);
        rewards.claimMany(claims);
        vm.snapshotGasLastCall("claimMany(50), first of each wallet");
        claims = _claims(_publish(2e18), 2e18, 50);
        rewards.claimMany(claims);
        vm.snapshotGasLastCall("claimMany(50)");
        assertLe(_lastCost(), 50 * 35_000);
    }

    /// @dev An epoch after which each wallet has earned `cumulativeAmount`; enough is minted for those that claim.
    function _publish(uint256 cumulativeAmount) private returns (bytes32[] memory leaves) {
        leaves = new bytes32[](WALLETS);
        for (uint256 i; i < WALLETS; ++i) {
            leaves[i] = Trees.leaf(_wallet(i), cumulativeAmount);
        }
        _pass(Trees.root(leaves), 200e18);
    }

    function _claims(bytes32[] memory leaves, uint256 cumulativeAmount, uint256 count)
        private
        pure
        returns (Claim[] memory claims)
    {
        claims = new Claim[](count);
        for (uint256 i; i < count; ++i) {
            claims[i] = Claim(_wallet(i), cumulativeAmount, Trees.proof(leaves, i));
        }
    }

    function _lastCost() private view returns (uint256) {
        return vm.lastCallGas().gasTotalUsed;
    }

    /// @dev As random as real ones: zeros in calldata are cheap.
    function _wallet(uint256 i) private pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encode("wallet", i)))));
    }
}
