// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC4906} from "@openzeppelin/contracts/interfaces/IERC4906.sol";
import {IGpuNFT} from "contracts/src/interfaces/IGpuNFT.sol";
import {IOperatorRegistry} from "contracts/src/interfaces/IOperatorRegistry.sol";
import {IPoolRegistry} from "contracts/src/interfaces/IPoolRegistry.sol";
import {GpuStatus, OperatorMode, ShareRule} from "contracts/src/types/Types.sol";
import {GpuBase} from "contracts/test/GpuBase.sol";

/// Alice has taken her GPU out of its pool and looks for another.
contract JoinPoolTest is GpuBase {
    uint256 private _operator;
    uint256 private _pool;

    function setUp() public override {
        super.setUp();
        (_operator, _pool) = _poolOf(OperatorMode.DISTRIBUTED);
        _withdraw(alice, gpu);
    }

    function test_TakesAMembersGpu() external {
        vm.prank(owner);
        network.operators.addMember(_operator, alice);
        vm.expectEmit(address(gpus));
        emit IGpuNFT.GpuJoinedPool(gpu, _pool, _operator, alice);
        vm.expectEmit(address(gpus));
        emit IGpuNFT.GpuStatusSet(gpu, GpuStatus.ACTIVE);
        vm.expectEmit(address(gpus));
        emit IERC4906.MetadataUpdate(gpu);
        _join(_pool);
        _assertState(gpu, GpuStatus.ACTIVE, _pool, _operator, 0);
        assertEq(gpus.contributorOf(gpu), alice);
    }

    function test_TakesAnInvitedGpu() external {
        vm.expectEmit(address(gpus));
        emit IGpuNFT.GpuInvited(gpu, _pool, _operator);
        _invite(_pool);
        assertTrue(gpus.isInvited(gpu, _pool));
        assertFalse(gpus.isInvited(gpu, poolId));
        _join(_pool);
        _assertState(gpu, GpuStatus.ACTIVE, _pool, _operator, 0);
    }

    function test_TakesAnInvitationOnce() external {
        _invite(_pool);
        _join(_pool);
        _withdraw(alice, gpu);
        assertFalse(gpus.isInvited(gpu, _pool));
        _refusesAlice();
    }

    function test_TakesNoInvitationToAnotherPool() external {
        _invite(poolId);
        _refusesAlice();
    }

    function test_TakesNoInvitationAfterASale() external {
        _invite(_pool);
        vm.startPrank(alice);
        gpus.transferFrom(alice, bob, gpu);
        assertFalse(gpus.isInvited(gpu, _pool));
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(IGpuNFT.GpuNFT_CannotContribute.selector, _operator, bob));
        vm.prank(bob);
        gpus.joinPool(gpu, _pool);
    }

    function test_RefusesAnOwnerWhoIsNotInvited() external {
        _refusesAlice();
    }

    function test_RefusesAPoolOfAnotherModel() external {
        vm.prank(owner);
        uint256 other = network.pools.createPool(_operator, "L40S", "eu", _rates(RATE), ShareRule(0, 10_000, 0));
        _invite(other);
        vm.expectRevert(
            abi.encodeWithSelector(
                IGpuNFT.GpuNFT_OtherModel.selector, gpu, keccak256("NVIDIA H100 80GB HBM3"), keccak256("L40S")
            )
        );
        _join(other);
    }

    function test_RefusesASelfPooledOperatorOfSomebodyElse() external {
        (uint256 operator, uint256 pool) = _poolOf(OperatorMode.SELF_POOLED);
        _invite(pool);
        vm.expectRevert(abi.encodeWithSelector(IGpuNFT.GpuNFT_SelfPooledOnly.selector, operator, alice));
        _join(pool);
    }

    function test_JoinsItsOwnersSelfPooledOperator() external {
        (uint256 operator, uint256 pool) = _poolOf(OperatorMode.SELF_POOLED);
        vm.prank(owner);
        network.operators.transferFrom(owner, alice, operator);
        _join(pool);
        // from now on it stays with the operator
        vm.expectRevert(abi.encodeWithSelector(IGpuNFT.GpuNFT_SelfPooledOnly.selector, operator, bob));
        vm.prank(alice);
        gpus.transferFrom(alice, bob, gpu);
    }

    function test_RefusesAGpuInAPool() external {
        _invite(_pool);
        _join(_pool);
        vm.expectRevert(abi.encodeWithSelector(IGpuNFT.GpuNFT_Pooled.selector, gpu, _pool));
        _join(_pool);
    }

    function test_RefusesARetiredGpu() external {
        _setStatus(alice, GpuStatus.RETIRED);
        bytes memory refusal = abi.encodeWithSelector(IGpuNFT.GpuNFT_Retired.selector, gpu);
        vm.expectRevert(refusal);
        _invite(_pool);
        vm.expectRevert(refusal);
        _join(_pool);
    }

    function test_RefusesAPoolThatDoesNotExist() external {
        vm.expectRevert(abi.encodeWithSelector(IPoolRegistry.PoolRegistry_NoPool.selector, 99));
        _join(99);
    }

    function test_ListensToTheOwnerOnly() external {
        _invite(_pool);
        vm.expectRevert(abi.encodeWithSelector(IGpuNFT.GpuNFT_NotOwner.selector, gpu, owner));
        vm.prank(owner);
        gpus.joinPool(gpu, _pool);
    }

    function test_IsInvitedByThePoolsOperatorOnly() external {
        vm.expectRevert(
            abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_NotOperator.selector, _operator, alice)
        );
        vm.prank(alice);
        gpus.invite(gpu, _pool);
    }

    function _invite(uint256 pool) private {
        vm.prank(owner);
        gpus.invite(gpu, pool);
    }

    function _join(uint256 pool) private {
        vm.prank(alice);
        gpus.joinPool(gpu, pool);
    }

    function _refusesAlice() private {
        vm.expectRevert(abi.encodeWithSelector(IGpuNFT.GpuNFT_CannotContribute.selector, _operator, alice));
        _join(_pool);
    }
}
