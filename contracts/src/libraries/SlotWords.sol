// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Slot} from "contracts/src/types/Types.sol";

/// @title A time slot in one word of storage
/// @notice Packed by hand: the compiler would load and store the word once per field.
///
///     transferCount 32 | hourlyDc 64 | settledHour 32 | endHour 32 | startHour 32 | poolId 32 | gpuId 32
library SlotWords {
    using SafeCast for uint256;

    // the casts cut fields out of the word
    // forge-lint: disable-start(unsafe-typecast)

    /// @notice The slot that was stored; all zero if none was.
    function unpack(uint256 word) internal pure returns (Slot memory slot) {
        slot.gpuId = uint32(word);
        slot.poolId = uint32(word >> 32);
        slot.startHour = uint32(word >> 64);
        slot.endHour = uint32(word >> 96);
        slot.settledHour = uint32(word >> 128);
        slot.hourlyDc = uint64(word >> 160);
        slot.transferCount = uint32(word >> 224);
    }

    // forge-lint: disable-end(unsafe-typecast)

    /// @notice The word to store.
    function pack(Slot memory slot) internal pure returns (uint256 word) {
        uint256 span = uint256(slot.settledHour) << 128 | uint256(slot.endHour) << 96 | uint256(slot.startHour) << 64;
        uint256 ids = uint256(uint256(slot.poolId).toUint32()) << 32 | uint256(slot.gpuId).toUint32();
        return uint256(slot.transferCount) << 224 | uint256(slot.hourlyDc) << 160 | span | ids;
    }
}
