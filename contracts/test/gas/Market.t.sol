// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Base} from "contracts/test/Base.t.sol";

/// What the common acts of the market cost, committed under contracts/snapshots: a worse cost shows as a diff. Isolated, so
/// that each call is measured as a transaction of its own.
/// forge-config: default.isolate = true
contract MarketGas is Base {
    function setUp() public override {
        super.setUp();
        _giveDc(alice, 1000e6);
        // not the first rental of the network
        uint256 other = _mintGpu(poolId, "gpu 2");
        vm.prank(alice);
        network.market.rentSpot(other, 1e6, RATE);
    }

    function test_Gas_OnDemand() external {
        vm.prank(alice);
        uint256 id = network.market.rentOnDemand(gpuId, 10e6, RATE);
        vm.snapshotGasLastCall("rentOnDemand, first of a GPU");
        skip(60);
        network.market.settle(id);
        vm.snapshotGasLastCall("settle, first of the epoch");
        skip(60);
        network.market.settle(id);
        vm.snapshotGasLastCall("settle");
        vm.prank(alice);
        network.market.topUp(id, 1e6);
        vm.snapshotGasLastCall("topUp");
        skip(2 hours);
        vm.prank(alice);
        network.market.end(id);
        vm.snapshotGasLastCall("end");
        vm.prank(alice);
        network.market.rentOnDemand(gpuId, 10e6, RATE);
        vm.snapshotGasLastCall("rentOnDemand");
        assertEq(network.market.runningRental(gpuId), 3);
    }

    function test_Gas_Spot() external {
        vm.prank(alice);
        network.market.rentSpot(gpuId, 10e6, RATE);
        vm.snapshotGasLastCall("rentSpot, first of a GPU");
        vm.prank(alice);
        network.market.end(2);
        vm.prank(alice);
        network.market.rentSpot(gpuId, 10e6, RATE);
        vm.snapshotGasLastCall("rentSpot");
        assertEq(network.market.runningRental(gpuId), 3);
    }

    /// As a keeper does it once a day: nothing of these GPUs has been settled in this epoch.
    function test_Gas_SettleMany() external {
        uint256[] memory ids = new uint256[](50);
        for (uint256 i; i < ids.length; ++i) {
            uint256 id = _mintGpu(poolId, vm.toString(i));
            vm.prank(alice);
            ids[i] = network.market.rentOnDemand(id, 10e6, RATE);
        }
        skip(60);
        network.market.settleMany(ids);
        vm.snapshotGasLastCall("settleMany(50), first of each GPU");
        skip(60);
        network.market.settleMany(ids);
        vm.snapshotGasLastCall("settleMany(50)");
        // 120 s cost 83,333.3 µDC each
        assertEq(network.rewards.burnedIn(0), 50 * 83_334);
    }
}
