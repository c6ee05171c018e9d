// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IGpuNFT} from "contracts/src/interfaces/IGpuNFT.sol";
import {IPoolRegistry} from "contracts/src/interfaces/IPoolRegistry.sol";
import {GpuStatus, KickReason, OperatorMode} from "contracts/src/types/Types.sol";
import {GpuBase} from "contracts/test/GpuBase.sol";

contract MintTest is GpuBase {
    bytes32 private constant UUID = keccak256("gpu-3b1f7e4c-0000-4000-8000-000000000001");
    bytes32 private constant MODEL = keccak256("NVIDIA H100 80GB HBM3");

    function test_MintsTheTwinOfAGpu() external {
        vm.expectEmit(address(gpus));
        emit IGpuNFT.GpuMinted(3, poolId, operatorId, alice, owner, MODEL, UUID);
        vm.expectEmit(address(gpus));
        emit IERC721.Transfer(address(0), alice, 3);
        uint256 id = _mint(poolId, alice, UUID);

        assertEq(id, 3);
        assertEq(gpus.ownerOf(id), alice);
        assertEq(gpus.contributorOf(id), owner);
        assertEq(gpus.modelOf(id), MODEL);
        assertEq(gpus.gpuOf(UUID), id);
        assertEq(gpus.transferCount(id), 0);
        _assertState(id, GpuStatus.ACTIVE, poolId, operatorId, 0);
    }

    function test_RefusesAUuidThatLivesAlready() external {
        _mint(poolId, alice, UUID);
        vm.expectRevert(abi.encodeWithSelector(IGpuNFT.GpuNFT_UuidTaken.selector, UUID, 3));
        _mint(poolId, alice, UUID);
    }

    /// Out of its pool a GPU still lives: a second twin of it could be rented beside the first.
    function test_RefusesTheUuidOfAGpuInNoPool() external {
        _withdraw(alice, gpu);
        bytes32 uuid = keccak256("gpu of alice");
        vm.expectRevert(abi.encodeWithSelector(IGpuNFT.GpuNFT_UuidTaken.selector, uuid, gpu));
        _mint(poolId, alice, uuid);
    }

    function test_TakesTheUuidOfARetiredGpu() external {
        _setStatus(alice, GpuStatus.RETIRED);
        bytes32 uuid = keccak256("gpu of alice");
        assertEq(gpus.gpuOf(uuid), 0);
        assertEq(_mint(poolId, alice, uuid), 3);
        assertEq(gpus.gpuOf(uuid), 3);
    }

    function test_RefusesAUuidOfZero() external {
        vm.expectRevert(IGpuNFT.GpuNFT_ZeroUuid.selector);
        _mint(poolId, alice, 0);
    }

    function test_RefusesToMintToNobody() external {
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721InvalidReceiver.selector, address(0)));
        _mint(poolId, address(0), UUID);
    }

    function test_RefusesAPoolThatDoesNotExist() external {
        vm.expectRevert(abi.encodeWithSelector(IPoolRegistry.PoolRegistry_NoPool.selector, 99));
        _mint(99, owner, UUID);
    }

    function test_MintsForAMember() external {
        (uint256 operator, uint256 pool, uint256 id) = _memberGpu(bob);
        assertEq(gpus.contributorOf(id), bob);
        _assertState(id, GpuStatus.ACTIVE, pool, operator, 0);
    }

    function test_RefusesAStranger() external {
        vm.expectRevert(abi.encodeWithSelector(IGpuNFT.GpuNFT_CannotContribute.selector, operatorId, stranger));
        vm.prank(stranger);
        gpus.mint(poolId, stranger, UUID);
    }

    function test_RefusesAKickedMemberUntilItIsAddedAgain() external {
        (uint256 operator, uint256 pool,) = _memberGpu(bob);
        vm.prank(owner);
        network.operators.kickMember(operator, bob, KickReason.UPTIME);
        vm.expectRevert(abi.encodeWithSelector(IGpuNFT.GpuNFT_CannotContribute.selector, operator, bob));
        vm.prank(bob);
        gpus.mint(pool, bob, UUID);

        vm.prank(owner);
        network.operators.addMember(operator, bob);
        vm.prank(bob);
        gpus.mint(pool, bob, UUID);
    }

    function test_MintsToTheHolderOfTheOperatorOnly() external {
        (uint256 operator, uint256 pool) = _poolOf(OperatorMode.SELF_POOLED);
        vm.expectRevert(abi.encodeWithSelector(IGpuNFT.GpuNFT_SelfPooledOnly.selector, operator, alice));
        _mint(pool, alice, UUID);
        assertEq(gpus.ownerOf(_mint(pool, owner, UUID)), owner);
    }

    function _mint(uint256 pool, address to, bytes32 uuid) private returns (uint256) {
        vm.prank(owner);
        return gpus.mint(pool, to, uuid);
    }
}
