// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IGpuNFT} from "contracts/src/interfaces/IGpuNFT.sol";
import {IOperatorRegistry} from "contracts/src/interfaces/IOperatorRegistry.sol";
import {GpuStatus, KickReason, LeaveReason, OperatorMode} from "contracts/src/types/Types.sol";
import {GpuBase} from "contracts/test/GpuBase.sol";

contract ReleaseTest is GpuBase {
    uint256 private _operator;
    uint256 private _pool;
    uint256 private _gpu;

    function setUp() public override {
        super.setUp();
        (_operator, _pool, _gpu) = _memberGpu(bob);
    }

    function test_PutsTheGpuOfAKickedMemberOut() external {
        _rentSpot(_gpu);
        skip(1 hours);
        _kick();
        vm.expectEmit(address(gpus));
        emit IGpuNFT.GpuLeftPool(_gpu, _pool, _operator, LeaveReason.RELEASED);
        vm.expectEmit(address(gpus));
        emit IGpuNFT.GpuStatusSet(_gpu, GpuStatus.OFFLINE);
        _release();
        _assertState(_gpu, GpuStatus.OFFLINE, 0, 0, 0);
        assertEq(gpus.ownerOf(_gpu), bob);
        // for use until then the old pool is paid
        assertEq(network.market.runningRental(_gpu), 0);
        assertEq(network.rewards.tallyOfPool(_pool).lifetimeDc, 1_250_001);
    }

    function test_PutsOutWhatAFormerHolderOfTheOperatorBrought() external {
        vm.prank(owner);
        uint256 id = gpus.mint(_pool, alice, keccak256("gpu of the operator"));
        vm.prank(owner);
        network.operators.transferFrom(owner, alice, _operator);
        vm.prank(alice);
        gpus.release(id);
        _assertState(id, GpuStatus.OFFLINE, 0, 0, 0);
    }

    function test_EndsAnAnnouncedExit() external {
        vm.prank(bob);
        gpus.announceExit(_gpu);
        _kick();
        _release();
        _assertState(_gpu, GpuStatus.OFFLINE, 0, 0, 0);
    }

    function test_RefusesToPutOutAMemberInGoodStanding() external {
        vm.expectRevert(abi.encodeWithSelector(IGpuNFT.GpuNFT_InGoodStanding.selector, _gpu, bob));
        _release();
    }

    function test_RefusesToReleaseWithBookingsAhead() external {
        _book(_gpu);
        _kick();
        vm.expectRevert(abi.encodeWithSelector(IGpuNFT.GpuNFT_Booked.selector, _gpu));
        _release();
    }

    function test_RefusesAGpuInNoPool() external {
        _kick();
        _release();
        vm.expectRevert(abi.encodeWithSelector(IGpuNFT.GpuNFT_NotPooled.selector, _gpu));
        _release();
    }

    function test_RefusesARetiredGpu() external {
        vm.prank(bob);
        gpus.setStatus(_gpu, GpuStatus.RETIRED);
        _kick();
        vm.expectRevert(abi.encodeWithSelector(IGpuNFT.GpuNFT_Retired.selector, _gpu));
        _release();
    }

    /// Whoever buys a single-source operator would else put out the investors of the one before.
    function test_RefusesOperatorsWithoutMembers() external {
        vm.prank(owner);
        network.operators.transferFrom(owner, bob, operatorId);
        vm.expectRevert(
            abi.encodeWithSelector(IGpuNFT.GpuNFT_NotDistributed.selector, operatorId, OperatorMode.SINGLE_SOURCE)
        );
        vm.prank(bob);
        gpus.release(gpu);
    }

    function test_ListensToTheOperatorOnly() external {
        _kick();
        vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_NotOperator.selector, _operator, bob));
        vm.prank(bob);
        gpus.release(_gpu);
    }

    function _kick() private {
        vm.prank(owner);
        network.operators.kickMember(_operator, bob, KickReason.RELIABILITY);
    }

    function _release() private {
        vm.prank(owner);
        gpus.release(_gpu);
    }
}
