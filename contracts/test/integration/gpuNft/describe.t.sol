// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IGpuNFT} from "contracts/src/interfaces/IGpuNFT.sol";
import {GpuStatus} from "contracts/src/types/Types.sol";
import {GpuBase} from "contracts/test/GpuBase.sol";

/// What wallets and marketplaces ask of a token.
contract DescribeTest is GpuBase {
    function test_PaysARoyaltyWhereTheOperatorIsPaid() external {
        (address receiver, uint256 amount) = gpus.royaltyInfo(gpu, 10_039);
        assertEq(receiver, owner);
        // 2.5 % of 10,039 is 250.975
        assertEq(amount, 250);
        vm.prank(owner);
        network.operators.setPayout(operatorId, bob);
        (receiver,) = gpus.royaltyInfo(gpu, 1);
        assertEq(receiver, bob);
    }

    function test_PaysNoRoyaltyOutOfAPool() external {
        _withdraw(alice, gpu);
        (address receiver, uint256 amount) = gpus.royaltyInfo(gpu, 10_000);
        assertEq(receiver, address(0));
        assertEq(amount, 0);
    }

    /// The text was encoded by `base64` of coreutils.
    function test_DescribesItselfAsJson() external {
        vm.prank(owner);
        uint256 id = gpus.mint(poolId, alice, bytes32(uint256(0xbe)));
        assertEq(
            gpus.tokenURI(id),
            "data:application/json;base64,eyJuYW1lIjoiQmVya2VsZXkgQ29tcHV0ZSBHUFUgIzMiLCJkZXNjcmlwdGlvbiI6IlRoZSBkaWdpdGFsIHR3aW4gb2Ygb25lIHBoeXNpY2FsIEdQVS4iLCJhdHRyaWJ1dGVzIjpbeyJ0cmFpdF90eXBlIjoibW9kZWwiLCJ2YWx1ZSI6IjB4ZDI0MzJkN2M2NGNjMmM1OTY1ZTU0Zjc5YmEyNWIxNjQ2NDQzYjM5NTY4OGVmMzFkZTlhYmM3NGU2NjZmOTIxZiJ9LHsidHJhaXRfdHlwZSI6InBvb2wiLCJ2YWx1ZSI6IjEifSx7InRyYWl0X3R5cGUiOiJvcGVyYXRvciIsInZhbHVlIjoiMSJ9LHsidHJhaXRfdHlwZSI6InN0YXR1cyIsInZhbHVlIjoiQUNUSVZFIn0seyJ0cmFpdF90eXBlIjoidXVpZEhhc2giLCJ2YWx1ZSI6IjB4MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDBiZSJ9XX0="
        );
    }

    function test_DescribesEachStatus() external {
        string memory active = gpus.tokenURI(gpu);
        _setStatus(owner, GpuStatus.OFFLINE);
        string memory offline = gpus.tokenURI(gpu);
        assertNotEq(offline, active);
        _setStatus(alice, GpuStatus.RETIRED);
        assertNotEq(gpus.tokenURI(gpu), offline);
    }

    function test_SpeaksTheStandardsItClaims() external view {
        assertTrue(gpus.supportsInterface(0x80ac58cd), "ERC-721");
        assertTrue(gpus.supportsInterface(0x2a55205a), "ERC-2981");
        assertTrue(gpus.supportsInterface(0x49064906), "ERC-4906");
        assertTrue(gpus.supportsInterface(0x01ffc9a7), "ERC-165");
        assertFalse(gpus.supportsInterface(0xffffffff));
    }

    function test_HasNothingToTellOfAGpuThatDoesNotExist() external {
        bytes memory refusal = abi.encodeWithSelector(IGpuNFT.GpuNFT_NoGpu.selector, 99);
        vm.expectRevert(refusal);
        gpus.stateOf(99);
        vm.expectRevert(refusal);
        gpus.statusOf(99);
        vm.expectRevert(refusal);
        gpus.poolOf(99);
        vm.expectRevert(refusal);
        gpus.operatorOf(99);
        vm.expectRevert(refusal);
        gpus.contributorOf(99);
        vm.expectRevert(refusal);
        gpus.modelOf(99);
        vm.expectRevert(refusal);
        gpus.transferCount(99);
        vm.expectRevert(refusal);
        gpus.isInvited(99, poolId);
        vm.expectRevert(refusal);
        gpus.tokenURI(99);
        vm.expectRevert(refusal);
        gpus.royaltyInfo(99, 1);
    }
}
