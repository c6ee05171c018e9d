// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IMarketplace} from "contracts/src/interfaces/IMarketplace.sol";
import {EndReason, GpuStatus} from "contracts/src/types/Types.sol";
import {Base} from "contracts/test/Base.t.sol";

contract OnGpuInactiveTest is Base {
    function test_EndsTheRunningRentalAndRefundsTheRest() external {
        uint256 id = _rent(alice, gpuId, 5e6);
        skip(1 hours);
        vm.expectEmit(address(network.market));
        emit IMarketplace.RentalEnded(id, gpuId, EndReason.GPU_OFFLINE, 2_500_000, START + 3600);
        vm.prank(owner);
        network.gpus.setStatus(gpuId, GpuStatus.OFFLINE);
        assertEq(network.credits.balanceOf(alice), 2_500_000);
        assertEq(network.market.runningRental(gpuId), 0);
    }

    function test_BlamesTheFundsIfTheyRanOutBefore() external {
        uint256 id = _rent(alice, gpuId, 5e6);
        skip(1 days);
        vm.expectEmit(address(network.market));
        emit IMarketplace.RentalEnded(id, gpuId, EndReason.FUNDS, 0, START + 7200);
        vm.prank(owner);
        network.gpus.setStatus(gpuId, GpuStatus.RETIRED);
    }

    function test_DoesNothingToAnIdleGpu() external {
        vm.prank(owner);
        network.gpus.setStatus(gpuId, GpuStatus.OFFLINE);
        assertEq(network.market.runningRental(gpuId), 0);
    }

    function test_LeavesOtherGpusAlone() external {
        uint256 otherGpu = _mintGpu(poolId, "gpu 2");
        uint256 id = _rent(alice, otherGpu, 5e6);
        vm.prank(owner);
        network.gpus.setStatus(gpuId, GpuStatus.OFFLINE);
        assertEq(network.market.runningRental(otherGpu), id);
    }

    function test_RefusesEveryoneButTheGpuRegistry() external {
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.Marketplace_NotGpuNFT.selector, owner));
        vm.prank(owner);
        network.market.onGpuInactive(gpuId);
    }
}
