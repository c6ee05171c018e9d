// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {GpuStatus} from "contracts/src/types/Types.sol";
import {Base} from "contracts/test/Base.t.sol";

/// @title A network whose customers have DC enough for a year
abstract contract SlotBase is Base {
    /// the hour that begins at START, counted since 1970
    uint32 internal constant HOUR = 500_000;
    uint256 internal constant NONE = type(uint256).max;
    /// what alice and bob begin with
    uint256 internal constant FUNDS = 50_000e6;
    /// DC base units per hour: half of on-demand and one more
    uint64 internal constant SPOT_RATE = 1_250_001;

    function setUp() public virtual override {
        super.setUp();
        _giveDc(alice, FUNDS);
        _giveDc(bob, FUNDS);
    }

    function _reserve(address holder, uint256 startHour, uint256 hourCount) internal returns (uint256 slotId) {
        return _reserveOn(gpuId, holder, startHour, hourCount);
    }

    function _reserveOn(uint256 gpuId_, address holder, uint256 startHour, uint256 hourCount)
        internal
        returns (uint256 slotId)
    {
        vm.prank(holder);
        return network.slots.reserve(gpuId_, startHour, hourCount, type(uint64).max);
    }

    function _checkIn(address user, uint256 slotId) internal returns (uint256 rentalId) {
        vm.prank(user);
        return network.slots.checkIn(slotId);
    }

    function _split(address holder, uint256 slotId, uint32 hour) internal returns (uint256 newSlotId) {
        uint32[] memory cuts = new uint32[](1);
        cuts[0] = hour;
        vm.prank(holder);
        return network.slots.split(slotId, cuts);
    }

    function _rentSpot(address customer, uint256 escrowDc) internal returns (uint256 rentalId) {
        vm.prank(customer);
        return network.market.rentSpot(gpuId, escrowDc, type(uint64).max);
    }

    /// @dev With what the customer has.
    function _rentOnDemand(address customer, uint256 escrowDc) internal returns (uint256 rentalId) {
        vm.prank(customer);
        return network.market.rentOnDemand(gpuId, escrowDc, type(uint64).max);
    }

    function _setStatus(GpuStatus status) internal {
        vm.prank(owner);
        network.gpus.setStatus(gpuId, status);
    }
}
