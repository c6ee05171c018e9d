// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SlotBase} from "contracts/test/SlotBase.sol";

/// Popsicle, 2021: moving a token between accounts made money out of nothing. Here an hour of on-demand and an hour of a
/// slot, during which everything that can move does, cost and earn what they would have at rest.
contract MovedTokensTest is SlotBase {
    uint256 private _slotGpu;
    uint256 private _rentalId;
    uint256 private _slotId;

    function setUp() public override {
        super.setUp();
        _slotGpu = _mintGpu(poolId, "gpu 2");
        _rentalId = _rentOnDemand(alice, 5e6);
        _slotId = _reserveOn(_slotGpu, bob, HOUR, 2);
        _checkIn(bob, _slotId);
    }

    function test_ChangesNoTotalWhenAGpuIsSoldInUse() external {
        skip(20 minutes);
        vm.startPrank(owner);
        network.gpus.transferFrom(owner, bob, gpuId);
        network.gpus.transferFrom(owner, bob, _slotGpu);
        vm.stopPrank();
        assertEq(network.market.runningRental(gpuId), _rentalId);
        skip(20 minutes);
        vm.startPrank(bob);
        network.gpus.transferFrom(bob, owner, gpuId);
        network.gpus.transferFrom(bob, stranger, _slotGpu);
        vm.stopPrank();
        _costsAnHour();
        assertEq(network.market.userOf(_slotGpu), bob);
    }

    function test_ChangesNoTotalWhenTheOperatorIsSoldInUse() external {
        skip(20 minutes);
        vm.prank(owner);
        network.operators.transferFrom(owner, stranger, operatorId);
        _costsAnHour();
    }

    function test_ChangesNoTotalWhenASlotIsSoldInUse() external {
        skip(20 minutes);
        vm.prank(bob);
        network.slots.transferFrom(bob, alice, _slotId);
        skip(20 minutes);
        vm.prank(alice);
        network.slots.transferFrom(alice, bob, _slotId);
        _costsAnHour();
    }

    function _costsAnHour() private {
        vm.warp(START + 1 hours);
        network.market.settle(_rentalId);
        network.slots.settleSlot(_slotId);
        assertEq(network.rewards.burnedIn(0), 5e6);
        assertEq(network.rewards.tallyOfGpu(gpuId).lifetimeDc, 2_500_000);
        assertEq(network.rewards.tallyOfGpu(_slotGpu).lifetimeDc, 2_500_000);
        assertEq(network.rewards.tallyOfPool(poolId).lifetimeDc, 5e6);
        assertEq(network.credits.escrowed(), 5e6);
        assertEq(network.credits.totalSupply(), 2 * FUNDS - 5e6);
    }
}
