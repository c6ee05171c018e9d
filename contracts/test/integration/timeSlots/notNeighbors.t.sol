// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ITimeSlots} from "contracts/src/interfaces/ITimeSlots.sol";
import {SlotBase} from "contracts/test/SlotBase.sol";

/// What can't be merged, because one slot couldn't stand for both.
contract NotNeighborsTest is SlotBase {
    uint256 private _id;

    function setUp() public override {
        super.setUp();
        _id = _reserve(alice, HOUR + 1, 1);
    }

    function test_RefusesSlotsWithHoursBetween() external {
        _refuses(_id, _reserve(alice, HOUR + 3, 1));
    }

    function test_RefusesTheLaterFirst() external {
        _refuses(_reserve(alice, HOUR + 2, 1), _id);
    }

    function test_RefusesASlotWithItself() external {
        _refuses(_id, _id);
    }

    function test_RefusesSlotsOfTwoGpus() external {
        _refuses(_id, _reserveOn(_mintGpu(poolId, "gpu 2"), alice, HOUR + 2, 1));
    }

    function test_RefusesSlotsOfTwoPrices() external {
        vm.prank(owner);
        network.pools.setRates(poolId, _rates(RATE + 1));
        _refuses(_id, _reserve(alice, HOUR + 2, 1));
    }

    function test_RefusesSlotsOfTwoHolders() external {
        uint256 laterId = _reserve(bob, HOUR + 2, 1);
        vm.prank(bob);
        network.slots.setApprovalForAll(alice, true);
        _refuses(_id, laterId);
    }

    /// A GPU that changed pools between two slots: what the second hour earns belongs to the second pool.
    function test_RefusesSlotsOfTwoPools() external {
        uint256 otherPool = _createPool(operatorId, RATE);
        vm.prank(owner);
        network.gpus.announceExit(gpuId);
        uint256 lastId = _reserve(alice, HOUR + 71, 1);
        skip(3 days);
        vm.startPrank(owner);
        network.gpus.withdraw(gpuId);
        network.gpus.joinPool(gpuId, otherPool);
        vm.stopPrank();
        _refuses(lastId, _reserve(alice, HOUR + 72, 1));
    }

    function _refuses(uint256 slotId, uint256 laterId) private {
        vm.expectRevert(abi.encodeWithSelector(ITimeSlots.TimeSlots_NotNeighbors.selector, slotId, laterId));
        vm.prank(alice);
        network.slots.merge(slotId, laterId);
    }
}
