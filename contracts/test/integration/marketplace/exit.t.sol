// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IMarketplace} from "contracts/src/interfaces/IMarketplace.sol";
import {ITimeSlots} from "contracts/src/interfaces/ITimeSlots.sol";
import {EndReason} from "contracts/src/types/Types.sol";
import {SlotBase} from "contracts/test/SlotBase.sol";

/// The GPU's owner has announced, at START, that it leaves in 3 days.
contract ExitTest is SlotBase {
    uint64 private constant EXIT_AT = START + 3 days;

    function setUp() public override {
        super.setUp();
        vm.prank(owner);
        network.gpus.announceExit(gpuId);
    }

    /// 72 hours cost 180 DC, a second more 694.44 µDC.
    function test_RentsOnDemandUpToTheExit() external {
        vm.expectRevert(
            abi.encodeWithSelector(IMarketplace.Marketplace_GpuLeaving.selector, gpuId, EXIT_AT, EXIT_AT + 1)
        );
        _rentOnDemand(alice, 180_000_695);
        assertEq(network.market.paidUntil(_rentOnDemand(alice, 180_000_694)), EXIT_AT);
    }

    function test_TopsUpToTheExit() external {
        uint256 id = _rentOnDemand(alice, 179e6);
        vm.startPrank(alice);
        vm.expectRevert(
            abi.encodeWithSelector(IMarketplace.Marketplace_GpuLeaving.selector, gpuId, EXIT_AT, EXIT_AT + 1)
        );
        network.market.topUp(id, 1_000_695);
        network.market.topUp(id, 1_000_694);
        assertEq(network.market.paidUntil(id), EXIT_AT);
    }

    function test_EndsSpotByTheExit() external {
        // 100 hours
        uint256 id = _rentSpot(alice, 125_000_100);
        assertEq(network.market.paidUntil(id), START + 100 hours);
        assertEq(network.market.userExpires(gpuId), EXIT_AT);
        vm.warp(EXIT_AT);
        vm.expectEmit(address(network.market));
        // 28 hours are left
        emit IMarketplace.RentalEnded(id, gpuId, EndReason.PREEMPTED, 35_000_028, EXIT_AT);
        network.market.end(id);
    }

    function test_EndsSpotByABookingBeforeTheExit() external {
        _reserve(bob, HOUR + 24, 1);
        _rentSpot(alice, 125_000_100);
        assertEq(network.market.userExpires(gpuId), START + 24 hours);
    }

    function test_RefusesSpotLessThanAMinuteBeforeTheExitOrAfterIt() external {
        bytes memory refusal = abi.encodeWithSelector(IMarketplace.Marketplace_BookedSoon.selector, gpuId, EXIT_AT);
        vm.warp(EXIT_AT - 59);
        vm.expectRevert(refusal);
        _rentSpot(alice, 1e6);
        vm.warp(EXIT_AT + 1 days);
        vm.expectRevert(refusal);
        _rentSpot(alice, 1e6);
        vm.warp(EXIT_AT - 60);
        _rentSpot(alice, 1e6);
    }

    function test_ReservesUpToTheExit() external {
        vm.expectRevert(
            abi.encodeWithSelector(ITimeSlots.TimeSlots_GpuLeaving.selector, gpuId, EXIT_AT, EXIT_AT + 1 hours)
        );
        _reserve(alice, HOUR + 71, 2);
        assertEq(_reserve(alice, HOUR + 71, 1), 1);
    }

    function test_RentsAsEverOnceTheExitIsCalledOff() external {
        vm.prank(owner);
        network.gpus.cancelExit(gpuId);
        assertEq(network.market.paidUntil(_rentOnDemand(alice, 420e6)), START + 7 days);
        _reserve(bob, HOUR + 168, 1);
    }

    /// What was rented before the announcement stands, but isn't prolonged.
    function test_LeavesWhatWasRentedBefore() external {
        uint256 otherGpu = _mintGpu(poolId, "gpu 2");
        vm.prank(alice);
        uint256 id = network.market.rentOnDemand(otherGpu, 250e6, RATE);
        vm.prank(owner);
        network.gpus.announceExit(otherGpu);
        vm.expectRevert(
            abi.encodeWithSelector(
                IMarketplace.Marketplace_GpuLeaving.selector, otherGpu, EXIT_AT, START + 100 hours + 1
            )
        );
        vm.prank(alice);
        network.market.topUp(id, 695);
        assertEq(network.market.userExpires(otherGpu), START + 100 hours);
    }
}
