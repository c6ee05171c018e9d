// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Slot} from "contracts/src/types/Types.sol";
import {SlotBase} from "contracts/test/SlotBase.sol";

/// However a slot is cut and joined, its parts are its hours, once each, and its money.
contract SlotPartsFuzzTest is SlotBase {
    uint256 private constant FIRST = HOUR + 1;

    /// ids of the parts, in the order of their hours
    uint256[] private _parts;

    /// @param acts each splits a part, joins two, or lets time pass
    function testFuzz_PartsTileTheSlot(uint16 hourCount, uint32[16] memory acts) external {
        hourCount = uint16(bound(hourCount, 1, 600));
        _parts.push(_reserve(alice, FIRST, hourCount));
        for (uint256 i; i < acts.length; ++i) {
            uint256 which = acts[i] % _parts.length;
            if (acts[i] % 5 < 3) _splitPart(which, acts[i] / 5);
            else if (acts[i] % 5 == 3) _mergePart(which);
            else skip(acts[i] % 30 hours);
            _tiles(hourCount);
        }
        // back into one
        while (_parts.length > 1) {
            _mergePart(0);
        }
        _tiles(hourCount);
        assertEq(network.slots.balanceOf(alice), 1);
    }

    function _splitPart(uint256 which, uint256 seed) private {
        Slot memory slot = network.slots.slotOf(_parts[which]);
        uint256 hourNow = vm.getBlockTimestamp() / 1 hours;
        uint256 lowest = (hourNow > slot.startHour ? hourNow : slot.startHour) + 1;
        if (lowest >= slot.endHour) return;
        uint256 hour = lowest + seed % (slot.endHour - lowest);
        uint256 newId = _split(alice, _parts[which], SafeCast.toUint32(hour));
        _parts.push();
        for (uint256 i = _parts.length - 1; i > which + 1; --i) {
            _parts[i] = _parts[i - 1];
        }
        _parts[which + 1] = newId;
    }

    function _mergePart(uint256 which) private {
        if (which + 1 >= _parts.length) return;
        vm.prank(alice);
        network.slots.merge(_parts[which], _parts[which + 1]);
        for (uint256 i = which + 1; i + 1 < _parts.length; ++i) {
            _parts[i] = _parts[i + 1];
        }
        _parts.pop();
    }

    function _tiles(uint256 hourCount) private view {
        uint256 hour = FIRST;
        uint256 escrowDc;
        for (uint256 i; i < _parts.length; ++i) {
            Slot memory slot = network.slots.slotOf(_parts[i]);
            assertEq(slot.startHour, hour, "no gap, no overlap");
            assertGt(slot.endHour, hour, "an hour at least");
            hour = slot.endHour;
            escrowDc += network.slots.escrowOf(_parts[i]);
        }
        assertEq(hour, FIRST + hourCount, "all hours");
        uint256 burnedDc = 2 * FUNDS - network.credits.totalSupply();
        assertEq(escrowDc + burnedDc, hourCount * 2_500_000, "all money");
        assertEq(network.credits.escrowed(), escrowDc, "escrow");
        assertFalse(network.market.isBooked(gpuId, FIRST - 1));
        assertTrue(network.market.isBooked(gpuId, FIRST));
        assertTrue(network.market.isBooked(gpuId, FIRST + hourCount - 1));
        assertFalse(network.market.isBooked(gpuId, FIRST + hourCount));
    }
}
