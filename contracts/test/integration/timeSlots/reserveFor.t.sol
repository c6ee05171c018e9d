// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IDataCredits} from "contracts/src/interfaces/IDataCredits.sol";
import {SlotBase} from "contracts/test/SlotBase.sol";

contract ReserveForTest is SlotBase {
    function test_ReservesWithTheHoldersCreditsUpToTheAllowance() external {
        vm.prank(alice);
        network.credits.setSpender(stranger, 6e6);
        vm.startPrank(stranger);
        uint256 slotId = network.slots.reserveFor(alice, gpuId, HOUR, 2, RATE);
        assertEq(network.slots.ownerOf(slotId), alice);
        assertEq(network.credits.balanceOf(alice), FUNDS - 5e6);
        assertEq(network.credits.spenderAllowance(alice, stranger), 1e6);
        vm.expectRevert(
            abi.encodeWithSelector(
                IDataCredits.DataCredits_OverAllowance.selector, alice, stranger, uint256(1e6), uint256(2_500_000)
            )
        );
        network.slots.reserveFor(alice, gpuId, HOUR + 2, 1, RATE);
    }

    function test_RefusesWhomNobodyNamed() external {
        vm.expectRevert(
            abi.encodeWithSelector(
                IDataCredits.DataCredits_OverAllowance.selector, alice, stranger, uint256(0), uint256(2_500_000)
            )
        );
        vm.prank(stranger);
        network.slots.reserveFor(alice, gpuId, HOUR, 1, RATE);
    }

    function test_RefusesToReserveForNobody() external {
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721InvalidReceiver.selector, address(0)));
        vm.prank(alice);
        network.slots.reserveFor(address(0), gpuId, HOUR, 1, RATE);
    }
}
