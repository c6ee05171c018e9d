// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IMarketplace} from "contracts/src/interfaces/IMarketplace.sol";
import {SlotBase} from "contracts/test/SlotBase.sol";

/// What only the time slots may do.
contract OnlySlotsTest is SlotBase {
    function test_RefusesToBookMoveOrFreeHoursForAnyoneElse() external {
        _reserve(bob, HOUR + 1, 1);
        _refuses(abi.encodeCall(IMarketplace.bookSlot, (gpuId, HOUR + 5, HOUR + 6, 1)));
        _refuses(abi.encodeCall(IMarketplace.moveSlot, (gpuId, gpuId, HOUR + 1, HOUR + 2, 1)));
        _refuses(abi.encodeCall(IMarketplace.freeSlot, (gpuId, HOUR + 1, HOUR + 2)));
        assertTrue(network.market.isBooked(gpuId, HOUR + 1));
    }

    function test_RefusesToStartBoundOrEndReservedUseForAnyoneElse() external {
        uint256 id = _checkIn(bob, _reserve(bob, HOUR, 2));
        _refuses(abi.encodeCall(IMarketplace.startReserved, (gpuId, alice, START + 3600)));
        _refuses(abi.encodeCall(IMarketplace.setReservedEnd, (id, START + 3600)));
        _refuses(abi.encodeCall(IMarketplace.endReserved, (id)));
        assertEq(network.market.userExpires(gpuId), START + 7200);
    }

    function _refuses(bytes memory call) private {
        address[3] memory callers = [alice, owner, admin];
        for (uint256 i; i < callers.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IMarketplace.Marketplace_NotSlots.selector, callers[i]));
            vm.prank(callers[i]);
            (bool isDone,) = address(network.market).call(call);
            assertTrue(isDone, "the revert was expected");
        }
    }
}
