// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IGpuNFT} from "contracts/src/interfaces/IGpuNFT.sol";
import {IMarketplace} from "contracts/src/interfaces/IMarketplace.sol";
import {IMeter} from "contracts/src/interfaces/IMeter.sol";
import {EndReason, GpuStatus, KickReason, OperatorMode} from "contracts/src/types/Types.sol";
import {SlotBase} from "contracts/test/SlotBase.sol";

/// What the market lets a GPU do: its owner has announced the exit, and at `EXIT_AT` may go.
contract GpuAndMarketTest is SlotBase {
    uint64 private constant EXIT_AT = START + 3 days;

    function setUp() public override {
        super.setUp();
        vm.prank(owner);
        network.gpus.announceExit(gpuId);
    }

    /// The rental lapsed an hour before, and nobody has ended it.
    function test_SettlesTheOpenRentalUnderItsPool() external {
        uint256 id = _rentOnDemand(alice, 177_500_000);
        vm.warp(EXIT_AT);
        vm.expectEmit(address(network.market));
        emit IMeter.UsageSettled(
            id, gpuId, poolId, operatorId, alice, 177_500_000, 88.75e18, START, EXIT_AT - 1 hours, 3
        );
        vm.expectEmit(address(network.market));
        emit IMarketplace.RentalEnded(id, gpuId, EndReason.FUNDS, 0, EXIT_AT - 1 hours);
        _withdraw();
        assertEq(network.gpus.poolOf(gpuId), 0);
        assertEq(network.rewards.tallyOfPool(poolId).lifetimeDc, 177_500_000);
        assertFalse(network.market.hasBookings(gpuId));
    }

    /// 125 DC last for 100 hours but a second, rented before the exit was announced; 72 of them cost 90.000072 DC.
    function test_EndsARunningSpotRental() external {
        vm.prank(owner);
        network.gpus.cancelExit(gpuId);
        uint256 id = _rentSpot(alice, 125e6);
        vm.prank(owner);
        network.gpus.announceExit(gpuId);
        vm.warp(EXIT_AT);
        vm.expectEmit(address(network.market));
        emit IMarketplace.RentalEnded(id, gpuId, EndReason.GPU_OFFLINE, 34_999_928, EXIT_AT);
        _withdraw();
    }

    /// 100 hours, rented before the exit was announced.
    function test_WaitsForFundedOnDemand() external {
        vm.prank(owner);
        network.gpus.cancelExit(gpuId);
        _rentOnDemand(alice, 250e6);
        vm.prank(owner);
        network.gpus.announceExit(gpuId);
        vm.warp(START + 100 hours - 1);
        vm.expectRevert(abi.encodeWithSelector(IGpuNFT.GpuNFT_Booked.selector, gpuId));
        _withdraw();
        vm.warp(START + 100 hours);
        _withdraw();
        assertEq(network.rewards.tallyOfPool(poolId).lifetimeDc, 250e6);
    }

    function test_RefusesToWithdrawAGpuWithASlotAhead() external {
        vm.prank(owner);
        network.gpus.cancelExit(gpuId);
        _reserve(bob, HOUR + 80, 1);
        vm.prank(owner);
        network.gpus.announceExit(gpuId);
        vm.warp(EXIT_AT);
        bytes memory refusal = abi.encodeWithSelector(IGpuNFT.GpuNFT_Booked.selector, gpuId);
        vm.expectRevert(refusal);
        _withdraw();
        // nor in the slot's last second
        vm.warp(START + 81 hours - 1);
        vm.expectRevert(refusal);
        _withdraw();
        vm.warp(START + 81 hours);
        _withdraw();
    }

    function test_LetsGoOnceTheSlotIsMovedOrRefunded() external {
        uint256 spare = _mintGpu(poolId, "spare");
        vm.prank(owner);
        network.gpus.cancelExit(gpuId);
        uint256 movedId = _reserve(bob, HOUR + 80, 1);
        _reserve(bob, HOUR + 90, 1);
        vm.prank(owner);
        network.gpus.announceExit(gpuId);
        vm.warp(EXIT_AT);
        vm.startPrank(owner);
        network.slots.moveSlot(movedId, spare);
        network.gpus.setStatus(gpuId, GpuStatus.OFFLINE);
        skip(1 hours);
        network.slots.refundUndelivered(2);
        network.gpus.withdraw(gpuId);
        assertEq(network.gpus.poolOf(gpuId), 0);
    }

    function test_PaysTheOldPoolForASlotSettledSince() external {
        uint256 slotId = _reserve(bob, HOUR + 70, 2);
        uint256 otherPool = _createPool(operatorId, RATE);
        vm.warp(EXIT_AT);
        _withdraw();
        vm.prank(owner);
        network.gpus.joinPool(gpuId, otherPool);
        (uint256 burnedDc,) = network.slots.settleSlot(slotId);
        assertEq(burnedDc, 5e6);
        assertEq(network.rewards.tallyOfPool(poolId).lifetimeDc, 5e6);
        assertEq(network.rewards.tallyOfPool(otherPool).lifetimeDc, 0);
    }

    function test_PaysTheNewPoolForARentalInIt() external {
        uint256 otherPool = _createPool(operatorId, 2 * RATE);
        vm.warp(EXIT_AT);
        _withdraw();
        vm.prank(owner);
        network.gpus.joinPool(gpuId, otherPool);
        uint256 id = _rentOnDemand(alice, 10e6);
        skip(1 hours);
        network.market.settle(id);
        assertEq(network.rewards.tallyOfPool(otherPool).lifetimeDc, 5e6);
        assertEq(network.rewards.tallyOfPool(poolId).lifetimeDc, 0);
    }

    function test_RefusesToRetireAGpuInTheLastHourOfASlot() external {
        _reserve(bob, HOUR, 1);
        skip(1 hours - 1);
        vm.expectRevert(abi.encodeWithSelector(IGpuNFT.GpuNFT_Booked.selector, gpuId));
        _setStatus(GpuStatus.RETIRED);
        skip(1);
        _setStatus(GpuStatus.RETIRED);
    }

    function test_EndsOnDemandAndFreesItsHours() external {
        uint256 id = _rentOnDemand(alice, 5e6);
        skip(1 hours);
        vm.expectEmit(address(network.market));
        emit IMarketplace.RentalEnded(id, gpuId, EndReason.GPU_OFFLINE, 2_500_000, START + 3600);
        _setStatus(GpuStatus.RETIRED);
        assertFalse(network.market.hasBookings(gpuId));
    }

    function test_RefusesToReleaseAGpuWithASlotAhead() external {
        uint256 distributed = _register(OperatorMode.DISTRIBUTED);
        uint256 pool = _createPool(distributed, RATE);
        vm.prank(owner);
        network.operators.addMember(distributed, stranger);
        vm.prank(stranger);
        uint256 membersGpu = network.gpus.mint(pool, stranger, keccak256("member's"));
        _reserveOn(membersGpu, bob, HOUR + 1, 1);
        vm.startPrank(owner);
        network.operators.kickMember(distributed, stranger, KickReason.OTHER);
        vm.expectRevert(abi.encodeWithSelector(IGpuNFT.GpuNFT_Booked.selector, membersGpu));
        network.gpus.release(membersGpu);
        vm.warp(START + 2 hours);
        network.gpus.release(membersGpu);
        assertEq(network.gpus.poolOf(membersGpu), 0);
    }

    function _withdraw() private {
        vm.prank(owner);
        network.gpus.withdraw(gpuId);
    }
}
