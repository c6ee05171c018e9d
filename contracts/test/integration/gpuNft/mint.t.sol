// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC4906} from "@openzeppelin/contracts/interfaces/IERC4906.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IGpuNFT} from "contracts/src/interfaces/IGpuNFT.sol";
import {IPoolRegistry} from "contracts/src/interfaces/IPoolRegistry.sol";
import {GpuStatus, KickReason, OperatorMode} from "contracts/src/types/Types.sol";
import {Base} from "contracts/test/Base.t.sol";

contract GpuNFTTest is Base {
    bytes32 private constant UUID = keccak256("gpu-3b1f7e4c-0000-4000-8000-000000000001");

    function test_MintsTheTwinOfAGpu() external {
        vm.expectEmit(address(network.gpus));
        emit IGpuNFT.GpuMinted(2, poolId, operatorId, alice, owner, keccak256("NVIDIA H100 80GB HBM3"), UUID);
        vm.expectEmit(address(network.gpus));
        emit IERC721.Transfer(address(0), alice, 2);
        vm.prank(owner);
        uint256 id = network.gpus.mint(poolId, alice, UUID);

        assertEq(id, 2);
        assertEq(network.gpus.ownerOf(id), alice);
        assertEq(network.gpus.poolOf(id), poolId);
        assertEq(network.gpus.operatorOf(id), operatorId);
        assertEq(network.gpus.contributorOf(id), owner);
        assertEq(uint8(network.gpus.statusOf(id)), uint8(GpuStatus.ACTIVE));
        assertEq(network.gpus.gpuOf(UUID), id);
    }

    function test_RefusesAUuidThatLivesAlready() external {
        vm.startPrank(owner);
        network.gpus.mint(poolId, alice, UUID);
        vm.expectRevert(abi.encodeWithSelector(IGpuNFT.GpuNFT_UuidTaken.selector, UUID, 2));
        network.gpus.mint(poolId, alice, UUID);
        vm.expectRevert(IGpuNFT.GpuNFT_ZeroUuid.selector);
        network.gpus.mint(poolId, alice, 0);
    }

    function test_RetiringFreesTheUuidForANewTwin() external {
        vm.startPrank(owner);
        network.gpus.mint(poolId, alice, UUID);
        network.gpus.setStatus(2, GpuStatus.RETIRED);
        assertEq(network.gpus.gpuOf(UUID), 0);
        assertEq(network.gpus.mint(poolId, alice, UUID), 3);
        assertEq(network.gpus.gpuOf(UUID), 3);
    }

    function test_MintsForMembersOnlyWhileInGoodStanding() external {
        uint256 distributed = _register(OperatorMode.DISTRIBUTED);
        uint256 pool = _createPool(distributed, RATE);
        bytes memory refusal = abi.encodeWithSelector(IGpuNFT.GpuNFT_CannotContribute.selector, distributed, alice);
        vm.expectRevert(refusal);
        vm.prank(alice);
        network.gpus.mint(pool, alice, UUID);

        vm.prank(owner);
        network.operators.addMember(distributed, alice);
        vm.prank(alice);
        uint256 id = network.gpus.mint(pool, alice, UUID);
        assertEq(network.gpus.contributorOf(id), alice);

        // a kicked member brings no more, but still takes care of what it brought
        vm.prank(owner);
        network.operators.kickMember(distributed, alice, KickReason.UPTIME);
        vm.expectRevert(refusal);
        vm.prank(alice);
        network.gpus.mint(pool, alice, keccak256("another"));
        vm.prank(alice);
        network.gpus.setStatus(id, GpuStatus.OFFLINE);
    }

    function test_ASelfPooledOperatorOwnsWhatItMints() external {
        uint256 selfPooled = _register(OperatorMode.SELF_POOLED);
        uint256 pool = _createPool(selfPooled, RATE);
        vm.startPrank(owner);
        vm.expectRevert(abi.encodeWithSelector(IGpuNFT.GpuNFT_SelfPooledOnly.selector, selfPooled, alice));
        network.gpus.mint(pool, alice, UUID);
        assertEq(network.gpus.ownerOf(network.gpus.mint(pool, owner, UUID)), owner);
    }

    function test_RefusesToMintToNobodyOrIntoNoPool() external {
        vm.startPrank(owner);
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721InvalidReceiver.selector, address(0)));
        network.gpus.mint(poolId, address(0), UUID);
        vm.expectRevert(abi.encodeWithSelector(IPoolRegistry.PoolRegistry_NoPool.selector, 99));
        network.gpus.mint(99, owner, UUID);
    }

    function test_GoesOfflineAndComesBack() external {
        vm.startPrank(owner);
        vm.expectEmit(address(network.gpus));
        emit IGpuNFT.GpuStatusSet(gpuId, GpuStatus.OFFLINE);
        vm.expectEmit(address(network.gpus));
        emit IERC4906.MetadataUpdate(gpuId);
        network.gpus.setStatus(gpuId, GpuStatus.OFFLINE);
        assertEq(uint8(network.gpus.statusOf(gpuId)), uint8(GpuStatus.OFFLINE));
        vm.expectRevert(abi.encodeWithSelector(IGpuNFT.GpuNFT_SameStatus.selector, gpuId, GpuStatus.OFFLINE));
        network.gpus.setStatus(gpuId, GpuStatus.OFFLINE);
        network.gpus.setStatus(gpuId, GpuStatus.ACTIVE);
        assertEq(uint8(network.gpus.statusOf(gpuId)), uint8(GpuStatus.ACTIVE));
    }

    function test_StaysRetired() external {
        vm.startPrank(owner);
        network.gpus.setStatus(gpuId, GpuStatus.RETIRED);
        vm.expectRevert(abi.encodeWithSelector(IGpuNFT.GpuNFT_Retired.selector, gpuId));
        network.gpus.setStatus(gpuId, GpuStatus.ACTIVE);
        vm.expectRevert(abi.encodeWithSelector(IGpuNFT.GpuNFT_Retired.selector, gpuId));
        network.gpus.setStatus(gpuId, GpuStatus.RETIRED);
    }

    /// Who buys a GPU NFT gets its earnings; the machine stays with those who run it.
    function test_StatusIsSetByOperatorOrContributorOnly() external {
        vm.prank(owner);
        network.gpus.transferFrom(owner, alice, gpuId);
        vm.expectRevert(abi.encodeWithSelector(IGpuNFT.GpuNFT_NotCaretaker.selector, gpuId, alice));
        vm.prank(alice);
        network.gpus.setStatus(gpuId, GpuStatus.OFFLINE);

        vm.prank(owner);
        network.operators.transferFrom(owner, bob, operatorId);
        vm.prank(bob);
        network.gpus.setStatus(gpuId, GpuStatus.OFFLINE);
        vm.prank(owner);
        network.gpus.setStatus(gpuId, GpuStatus.ACTIVE);
    }

    function test_PaysARoyaltyWhereTheOperatorIsPaid() external {
        (address receiver, uint256 amount) = network.gpus.royaltyInfo(gpuId, 10_039);
        assertEq(receiver, owner);
        // 2.5 % of 10,039 is 250.975
        assertEq(amount, 250);
        vm.prank(owner);
        network.operators.setPayout(operatorId, bob);
        (receiver,) = network.gpus.royaltyInfo(gpuId, 1);
        assertEq(receiver, bob);
    }

    /// The text was encoded by `base64` of coreutils.
    function test_DescribesItselfAsJson() external {
        vm.prank(owner);
        uint256 id = network.gpus.mint(poolId, alice, bytes32(uint256(0xbe)));
        assertEq(
            network.gpus.tokenURI(id),
            "data:application/json;base64,eyJuYW1lIjoiQmVya2VsZXkgQ29tcHV0ZSBHUFUgIzIiLCJkZXNjcmlwdGlvbiI6IlRoZSBkaWdpdGFsIHR3aW4gb2Ygb25lIHBoeXNpY2FsIEdQVS4iLCJhdHRyaWJ1dGVzIjpbeyJ0cmFpdF90eXBlIjoicG9vbCIsInZhbHVlIjoiMSJ9LHsidHJhaXRfdHlwZSI6InN0YXR1cyIsInZhbHVlIjoiQUNUSVZFIn0seyJ0cmFpdF90eXBlIjoidXVpZEhhc2giLCJ2YWx1ZSI6IjB4MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDBiZSJ9XX0="
        );
        vm.prank(owner);
        network.gpus.setStatus(id, GpuStatus.OFFLINE);
        string memory offline = network.gpus.tokenURI(id);
        vm.prank(owner);
        network.gpus.setStatus(id, GpuStatus.RETIRED);
        assertNotEq(network.gpus.tokenURI(id), offline);
    }

    function test_SpeaksTheStandardsItClaims() external view {
        assertTrue(network.gpus.supportsInterface(0x80ac58cd), "ERC-721");
        assertTrue(network.gpus.supportsInterface(0x2a55205a), "ERC-2981");
        assertTrue(network.gpus.supportsInterface(0x49064906), "ERC-4906");
        assertTrue(network.gpus.supportsInterface(0x01ffc9a7), "ERC-165");
        assertFalse(network.gpus.supportsInterface(0xffffffff));
    }

    function test_RefusesAGpuThatDoesNotExist() external {
        bytes memory refusal = abi.encodeWithSelector(IGpuNFT.GpuNFT_NoGpu.selector, 99);
        vm.expectRevert(refusal);
        network.gpus.statusOf(99);
        vm.expectRevert(refusal);
        network.gpus.poolOf(99);
        vm.expectRevert(refusal);
        network.gpus.operatorOf(99);
        vm.expectRevert(refusal);
        network.gpus.contributorOf(99);
        vm.expectRevert(refusal);
        network.gpus.tokenURI(99);
        vm.expectRevert(refusal);
        network.gpus.royaltyInfo(99, 1);
        vm.expectRevert(refusal);
        network.gpus.setStatus(99, GpuStatus.OFFLINE);
    }
}
