// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Base} from "contracts/test/Base.t.sol";

/// What the common acts on time slots cost: see Market.t.sol beside.
/// forge-config: default.isolate = true
contract SlotsGas is Base {
    uint256 private constant NEXT_HOUR = START / 1 hours + 1;

    function setUp() public override {
        super.setUp();
        _giveDc(alice, 60_000e6);
        _giveDc(bob, 100e6);
        // neither the first slot of the network nor its holder's
        uint256 other = _mintGpu(poolId, "gpu 2");
        vm.prank(alice);
        network.slots.reserve(other, NEXT_HOUR, 1, RATE);
    }

    function test_Gas_ReserveAnHour() external {
        vm.prank(alice);
        network.slots.reserve(gpuId, NEXT_HOUR, 1, RATE);
        vm.snapshotGasLastCall("reserve 1 h, first of a GPU");
        vm.prank(alice);
        network.slots.reserve(gpuId, NEXT_HOUR + 1, 1, RATE);
        vm.snapshotGasLastCall("reserve 1 h");
        assertEq(network.slots.balanceOf(alice), 3);
    }

    function test_Gas_ReserveAYear() external {
        vm.prank(alice);
        network.slots.reserve(gpuId, NEXT_HOUR, 8760, RATE);
        vm.snapshotGasLastCall("reserve 8,760 h, first of a GPU");
        assertEq(network.slots.escrowOf(2), 8760 * 2_500_000);
    }

    function test_Gas_Use() external {
        vm.prank(alice);
        network.slots.reserve(gpuId, NEXT_HOUR, 24, RATE);
        uint32[] memory cuts = new uint32[](1);
        cuts[0] = uint32(NEXT_HOUR + 6);
        vm.prank(alice);
        network.slots.split(2, cuts);
        vm.snapshotGasLastCall("split");
        vm.prank(alice);
        network.slots.merge(2, 3);
        vm.snapshotGasLastCall("merge");
        skip(1 hours);
        vm.prank(alice);
        network.slots.checkIn(2);
        vm.snapshotGasLastCall("checkIn");
        skip(2 hours);
        network.slots.settleSlot(2);
        vm.snapshotGasLastCall("settleSlot, first of the epoch");
        skip(2 hours);
        network.slots.settleSlot(2);
        vm.snapshotGasLastCall("settleSlot");
        vm.prank(alice);
        network.slots.transferFrom(alice, bob, 2);
        vm.snapshotGasLastCall("transfer a slot in use");
        assertEq(network.rewards.burnedIn(0), 4 * 2_500_000);
    }

    function test_Gas_SettleSlots() external {
        uint256[] memory ids = new uint256[](50);
        for (uint256 i; i < ids.length; ++i) {
            uint256 id = _mintGpu(poolId, vm.toString(i));
            vm.prank(alice);
            ids[i] = network.slots.reserve(id, NEXT_HOUR, 24, RATE);
        }
        skip(2 hours);
        network.slots.settleSlots(ids);
        skip(2 hours);
        network.slots.settleSlots(ids);
        vm.snapshotGasLastCall("settleSlots(50)");
        assertEq(network.rewards.burnedIn(0), 50 * 3 * 2_500_000);
    }
}
