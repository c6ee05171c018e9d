// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {OperatorMode} from "contracts/src/types/Types.sol";
import {Base} from "contracts/test/Base.t.sol";

/// What the common acts cost, committed under contracts/snapshots: a worse cost shows as a diff. Isolated, so that each
/// call is measured as a transaction of its own.
/// forge-config: default.isolate = true
contract GasTest is Base {
    function setUp() public override {
        super.setUp();
        _giveDc(alice, 100e6);
    }

    function test_Gas_Rentals() external {
        vm.prank(alice);
        uint256 id = network.market.rentOnDemand(gpuId, 10e6, RATE);
        vm.snapshotGasLastCall("rentOnDemand");
        skip(60);
        network.market.settle(id);
        vm.snapshotGasLastCall("settle, first of the epoch");
        skip(60);
        network.market.settle(id);
        vm.snapshotGasLastCall("settle");
        vm.prank(alice);
        network.market.topUp(id, 1e6);
        vm.snapshotGasLastCall("topUp");
        skip(60);
        vm.prank(alice);
        network.market.end(id);
        vm.snapshotGasLastCall("end");
        assertEq(network.market.runningRental(gpuId), 0);
    }

    function test_Gas_SettleMany() external {
        uint256[] memory ids = new uint256[](50);
        for (uint256 i; i < ids.length; ++i) {
            uint256 id = _mintGpu(poolId, vm.toString(i));
            vm.prank(alice);
            ids[i] = network.market.rentOnDemand(id, 1e6, RATE);
        }
        skip(60);
        network.market.settleMany(ids);
        skip(60);
        network.market.settleMany(ids);
        vm.snapshotGasLastCall("settleMany(50)");
        // 120 s cost 83,333.3 µDC each
        assertEq(network.market.burnedIn(0), 50 * 83_334);
    }

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
