// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC4906} from "@openzeppelin/contracts/interfaces/IERC4906.sol";
import {IGpuNFT} from "contracts/src/interfaces/IGpuNFT.sol";
import {GpuStatus, LeaveReason} from "contracts/src/types/Types.sol";
import {GpuBase} from "contracts/test/GpuBase.sol";

contract WithdrawTest is GpuBase {
    function test_AnnouncesAnExit() external {
        vm.expectEmit(address(gpus));
        emit IGpuNFT.GpuExitAnnounced(gpu, START + 3 days);
        _announce();
        _assertState(gpu, GpuStatus.ACTIVE, poolId, operatorId, START + 3 days);
    }

    function test_RefusesToAnnounceTwice() external {
        _announce();
        skip(1 days);
        vm.expectRevert(abi.encodeWithSelector(IGpuNFT.GpuNFT_ExitAnnounced.selector, gpu, START + 3 days));
        _announce();
    }

    function test_CancelsAnExit() external {
        _announce();
        vm.expectEmit(address(gpus));
        emit IGpuNFT.GpuExitCancelled(gpu);
        vm.prank(alice);
        gpus.cancelExit(gpu);
        _assertState(gpu, GpuStatus.ACTIVE, poolId, operatorId, 0);
    }

    function test_RefusesToCancelWhatWasNotAnnounced() external {
        vm.expectRevert(abi.encodeWithSelector(IGpuNFT.GpuNFT_NoExit.selector, gpu));
        vm.prank(alice);
        gpus.cancelExit(gpu);
    }

    function test_LeavesThePoolOnceTheDelayIsOver() external {
        uint256 rentalId = _rentSpot(gpu);
        _announce();
        skip(3 days);
        vm.expectEmit(address(gpus));
        emit IGpuNFT.GpuLeftPool(gpu, poolId, operatorId, LeaveReason.WITHDRAWN);
        vm.expectEmit(address(gpus));
        emit IGpuNFT.GpuStatusSet(gpu, GpuStatus.OFFLINE);
        vm.expectEmit(address(gpus));
        emit IERC4906.MetadataUpdate(gpu);
        _leave();
        _assertState(gpu, GpuStatus.OFFLINE, 0, 0, 0);
        // for use until then the old pool is paid
        assertTrue(network.market.rentalOf(rentalId).isEnded);
        assertEq(network.rewards.tallyOfPool(poolId).lifetimeDc, 90_000_072);
    }

    function test_LeavesThePoolWhileOffline() external {
        _announce();
        _setStatus(owner, GpuStatus.OFFLINE);
        skip(3 days);
        vm.expectEmit(address(gpus));
        emit IGpuNFT.GpuLeftPool(gpu, poolId, operatorId, LeaveReason.WITHDRAWN);
        vm.expectEmit(address(gpus));
        emit IERC4906.MetadataUpdate(gpu);
        _leave();
        _assertState(gpu, GpuStatus.OFFLINE, 0, 0, 0);
    }

    function test_RefusesToLeaveUnannounced() external {
        vm.expectRevert(abi.encodeWithSelector(IGpuNFT.GpuNFT_NoExit.selector, gpu));
        _leave();
    }

    function test_RefusesToLeaveBeforeTheDelayIsOver() external {
        _announce();
        skip(3 days - 1);
        vm.expectRevert(abi.encodeWithSelector(IGpuNFT.GpuNFT_TooEarly.selector, gpu, START + 3 days));
        _leave();
    }

    function test_RefusesToLeaveWithBookingsAhead() external {
        _book(gpu);
        _announce();
        skip(3 days);
        vm.expectRevert(abi.encodeWithSelector(IGpuNFT.GpuNFT_Booked.selector, gpu));
        _leave();
        skip(9 hours);
        _leave();
    }

    function test_RefusesAGpuThatLeftAlready() external {
        _withdraw(alice, gpu);
        vm.expectRevert(abi.encodeWithSelector(IGpuNFT.GpuNFT_NoExit.selector, gpu));
        _leave();
        vm.expectRevert(abi.encodeWithSelector(IGpuNFT.GpuNFT_NotPooled.selector, gpu));
        _announce();
    }

    function test_RefusesARetiredGpu() external {
        _announce();
        _setStatus(alice, GpuStatus.RETIRED);
        skip(3 days);
        bytes memory refusal = abi.encodeWithSelector(IGpuNFT.GpuNFT_Retired.selector, gpu);
        vm.startPrank(alice);
        vm.expectRevert(refusal);
        gpus.withdraw(gpu);
        vm.expectRevert(refusal);
        gpus.cancelExit(gpu);
        vm.expectRevert(refusal);
        gpus.announceExit(gpu);
    }

    function test_ListensToTheOwnerOnly() external {
        _announce();
        skip(3 days);
        bytes memory refusal = abi.encodeWithSelector(IGpuNFT.GpuNFT_NotOwner.selector, gpu, owner);
        vm.startPrank(owner);
        vm.expectRevert(refusal);
        gpus.announceExit(gpu);
        vm.expectRevert(refusal);
        gpus.cancelExit(gpu);
        vm.expectRevert(refusal);
        gpus.withdraw(gpu);
    }

    function test_PassesTheExitOnToABuyer() external {
        _announce();
        vm.prank(alice);
        gpus.transferFrom(alice, bob, gpu);
        skip(3 days);
        vm.prank(bob);
        gpus.withdraw(gpu);
        _assertState(gpu, GpuStatus.OFFLINE, 0, 0, 0);
    }

    function _announce() private {
        vm.prank(alice);
        gpus.announceExit(gpu);
    }

    function _leave() private {
        vm.prank(alice);
        gpus.withdraw(gpu);
    }
}
