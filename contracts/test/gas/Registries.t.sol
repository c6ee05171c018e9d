// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {OperatorMode} from "contracts/src/types/Types.sol";
import {Base} from "contracts/test/Base.t.sol";

/// What buying DC, minting and moving GPUs and reporting prices cost: see Market.t.sol beside.
/// forge-config: default.isolate = true
contract RegistriesGas is Base {
    function test_Gas_Credits() external {
        _giveBct(bob, 10e18);
        vm.prank(bob);
        network.credits.mintFor(bob, 1e18, 0, 0);
        vm.snapshotGasLastCall("mintFor, first of an account");
        vm.prank(bob);
        network.credits.mintFor(bob, 1e18, 0, 0);
        vm.snapshotGasLastCall("mintFor");
        assertEq(network.credits.balanceOf(bob), 4e6);
    }

    function test_Gas_Registries() external {
        vm.prank(owner);
        uint256 id = network.gpus.mint(poolId, owner, keccak256("gpu 2"));
        vm.snapshotGasLastCall("mint a GPU");
        vm.prank(reporters[0]);
        network.reportedFeed.report(PRICE);
        vm.snapshotGasLastCall("report, below the quorum");
        vm.prank(reporters[1]);
        network.reportedFeed.report(PRICE);
        vm.prank(reporters[2]);
        network.reportedFeed.report(PRICE);
        vm.snapshotGasLastCall("report, with an answer");
        assertEq(id, 2);
    }

    /// To wallets that hold none, before refunds: what trading a GPU costs beyond the trade.
    function test_Gas_MovingAGpu() external {
        uint256 operator = _register(OperatorMode.SELF_POOLED);
        uint256 id = _mintGpu(_createPool(operator, RATE), "gpu 2");
        vm.prank(owner);
        network.gpus.transferFrom(owner, alice, gpuId);
        assertLe(vm.snapshotGasLastCall("transfer a GPU"), 65_200);
        vm.prank(owner);
        network.operators.transferFrom(owner, bob, operator);
        vm.prank(owner);
        network.gpus.transferFrom(owner, bob, id);
        assertLe(vm.snapshotGasLastCall("transfer a self-pooled GPU"), 70_000);
    }
}
