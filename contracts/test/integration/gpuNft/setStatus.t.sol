// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC4906} from "@openzeppelin/contracts/interfaces/IERC4906.sol";
import {IGpuNFT} from "contracts/src/interfaces/IGpuNFT.sol";
import {IMarketplace} from "contracts/src/interfaces/IMarketplace.sol";
import {GpuStatus, KickReason} from "contracts/src/types/Types.sol";
import {GpuBase} from "contracts/test/GpuBase.sol";

contract SetStatusTest is GpuBase {
    function test_GoesOfflineAndTellsTheMarket() external {
        uint256 rentalId = _rentSpot(gpu);
        vm.expectEmit(address(gpus));
        emit IGpuNFT.GpuStatusSet(gpu, GpuStatus.OFFLINE);
        vm.expectEmit(address(gpus));
        emit IERC4906.MetadataUpdate(gpu);
        _setStatus(owner, GpuStatus.OFFLINE);
        _assertState(gpu, GpuStatus.OFFLINE, poolId, operatorId, 0);
        assertTrue(network.market.rentalOf(rentalId).isEnded);
    }

    /// Slots refund the hours lost; only for good it can't go.
    function test_GoesOfflineWithBookingsAhead() external {
        _book(gpu);
        _setStatus(owner, GpuStatus.OFFLINE);
        assertTrue(network.market.hasBookings(gpu));
    }

    function test_ComesBackWithoutTellingTheMarket() external {
        _setStatus(owner, GpuStatus.OFFLINE);
        vm.expectCall(address(network.market), abi.encodeWithSelector(IMarketplace.onGpuInactive.selector), 0);
        _setStatus(owner, GpuStatus.ACTIVE);
        _assertState(gpu, GpuStatus.ACTIVE, poolId, operatorId, 0);
    }

    function test_RefusesTheStatusItHas() external {
        vm.expectRevert(abi.encodeWithSelector(IGpuNFT.GpuNFT_SameStatus.selector, gpu, GpuStatus.ACTIVE));
        _setStatus(owner, GpuStatus.ACTIVE);
    }

    function test_ListensToAContributorWhomTheOperatorKicked() external {
        (uint256 operator,, uint256 id) = _memberGpu(bob);
        vm.prank(owner);
        network.operators.kickMember(operator, bob, KickReason.UPTIME);
        vm.prank(bob);
        gpus.setStatus(id, GpuStatus.OFFLINE);
    }

    /// Else it would keep the operator from letting its GPU go, which takes a GPU without a running rental.
    function test_StaysOfflineForAContributorWhomTheOperatorKicked() external {
        (uint256 operator,, uint256 id) = _memberGpu(bob);
        vm.prank(bob);
        gpus.setStatus(id, GpuStatus.OFFLINE);
        vm.prank(owner);
        network.operators.kickMember(operator, bob, KickReason.UPTIME);
        vm.expectRevert(abi.encodeWithSelector(IGpuNFT.GpuNFT_NotCaretaker.selector, id, bob));
        vm.prank(bob);
        gpus.setStatus(id, GpuStatus.ACTIVE);
    }

    function test_ListensToWhoeverHoldsTheOperatorsToken() external {
        vm.prank(owner);
        network.operators.transferFrom(owner, bob, operatorId);
        _setStatus(bob, GpuStatus.OFFLINE);
        _setStatus(bob, GpuStatus.ACTIVE);
    }

    /// Who buys a GPU NFT gets its earnings; the machine stays with those who run it.
    function test_RefusesAnOwnerWhoDoesNotRunIt() external {
        vm.expectRevert(abi.encodeWithSelector(IGpuNFT.GpuNFT_NotCaretaker.selector, gpu, alice));
        _setStatus(alice, GpuStatus.OFFLINE);
    }

    function test_RefusesAGpuInNoPool() external {
        _withdraw(alice, gpu);
        vm.expectRevert(abi.encodeWithSelector(IGpuNFT.GpuNFT_NotPooled.selector, gpu));
        _setStatus(owner, GpuStatus.ACTIVE);
    }

    function test_RetiresForItsOwner() external {
        uint256 rentalId = _rentSpot(gpu);
        vm.expectEmit(address(gpus));
        emit IGpuNFT.GpuStatusSet(gpu, GpuStatus.RETIRED);
        _setStatus(alice, GpuStatus.RETIRED);
        // it keeps its pool, for the record
        _assertState(gpu, GpuStatus.RETIRED, poolId, operatorId, 0);
        assertTrue(network.market.rentalOf(rentalId).isEnded);
    }

    function test_RetiresForWhomTheOwnerApproved() external {
        vm.prank(alice);
        gpus.approve(bob, gpu);
        _setStatus(bob, GpuStatus.RETIRED);
    }

    function test_RetiresAGpuInNoPool() external {
        _withdraw(alice, gpu);
        _setStatus(alice, GpuStatus.RETIRED);
        _assertState(gpu, GpuStatus.RETIRED, 0, 0, 0);
        assertEq(gpus.gpuOf(keccak256("gpu of alice")), 0);
    }

    /// It could mint its twin again as its own.
    function test_RefusesToRetireForAnOperatorThatDoesNotOwnIt() external {
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721InsufficientApproval.selector, owner, gpu));
        _setStatus(owner, GpuStatus.RETIRED);
    }

    function test_RefusesToRetireWithBookingsAhead() external {
        _book(gpu);
        bytes memory refusal = abi.encodeWithSelector(IGpuNFT.GpuNFT_Booked.selector, gpu);
        vm.expectRevert(refusal);
        _setStatus(alice, GpuStatus.RETIRED);
        _setStatus(owner, GpuStatus.OFFLINE);
        vm.expectRevert(refusal);
        _setStatus(alice, GpuStatus.RETIRED);
    }

    function test_StaysRetired() external {
        _setStatus(alice, GpuStatus.RETIRED);
        bytes memory refusal = abi.encodeWithSelector(IGpuNFT.GpuNFT_Retired.selector, gpu);
        vm.expectRevert(refusal);
        _setStatus(owner, GpuStatus.ACTIVE);
        vm.expectRevert(refusal);
        _setStatus(alice, GpuStatus.RETIRED);
    }

    function test_RefusesAGpuThatDoesNotExist() external {
        vm.expectRevert(abi.encodeWithSelector(IGpuNFT.GpuNFT_NoGpu.selector, 99));
        gpus.setStatus(99, GpuStatus.OFFLINE);
    }
}
