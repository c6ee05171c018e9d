// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IGpuNFT} from "contracts/src/interfaces/IGpuNFT.sol";
import {OperatorMode} from "contracts/src/types/Types.sol";
import {GpuBase} from "contracts/test/GpuBase.sol";

contract TransferTest is GpuBase {
    function test_MovesAndCounts() external {
        _move(alice, bob);
        assertEq(gpus.ownerOf(gpu), bob);
        assertEq(gpus.transferCount(gpu), 1);
        _move(bob, alice);
        // to itself too: a listing made before can't tell
        _move(alice, alice);
        assertEq(gpus.transferCount(gpu), 3);
    }

    function test_KeepsPoolAndContributor() external {
        _move(alice, bob);
        assertEq(gpus.poolOf(gpu), poolId);
        assertEq(gpus.contributorOf(gpu), owner);
    }

    function test_StaysWithTheHolderOfASelfPooledOperator() external {
        (uint256 operator, uint256 id) = _selfPooled();
        vm.expectRevert(abi.encodeWithSelector(IGpuNFT.GpuNFT_SelfPooledOnly.selector, operator, alice));
        vm.prank(owner);
        gpus.transferFrom(owner, alice, id);
    }

    function test_FollowsASelfPooledOperatorsToken() external {
        (uint256 operator, uint256 id) = _selfPooled();
        vm.startPrank(owner);
        network.operators.transferFrom(owner, bob, operator);
        gpus.transferFrom(owner, bob, id);
        vm.stopPrank();
        assertEq(gpus.ownerOf(id), bob);
    }

    function test_MovesFreelyOnceOutOfASelfPooledPool() external {
        (, uint256 id) = _selfPooled();
        _withdraw(owner, id);
        vm.prank(owner);
        gpus.transferFrom(owner, alice, id);
        assertEq(gpus.ownerOf(id), alice);
        assertEq(gpus.transferCount(id), 2);
    }

    function _selfPooled() private returns (uint256 operator, uint256 id) {
        uint256 pool;
        (operator, pool) = _poolOf(OperatorMode.SELF_POOLED);
        vm.prank(owner);
        id = gpus.mint(pool, owner, keccak256("gpu of its own"));
    }

    function _move(address from, address to) private {
        vm.prank(from);
        gpus.transferFrom(from, to, gpu);
    }
}
