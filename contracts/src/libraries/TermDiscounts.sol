// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {TermDiscount} from "contracts/src/types/Types.sol";

/// @title Up to eight steps of a discount for longer terms, in one word
/// @dev Step i takes the bits [32·i, 32·i + 32): `minHours` below, `bps` above. Zero marks the end.
library TermDiscounts {
    uint256 internal constant MAX_STEPS = 8;

    /// @notice The steps as a word. They must be at most eight, checked and ascending.
    function pack(TermDiscount[] calldata steps) internal pure returns (uint256 word) {
        for (uint256 i; i < steps.length; ++i) {
            word |= (uint256(steps[i].bps) << 16 | steps[i].minHours) << (32 * i);
        }
    }

    /// @notice The steps of a word.
    function unpack(uint256 word) internal pure returns (TermDiscount[] memory steps) {
        uint256 count;
        while (count < MAX_STEPS && word >> (32 * count) != 0) ++count;
        steps = new TermDiscount[](count);
        for (uint256 i; i < count; ++i) {
            // the casts cut out the step's two fields
            // forge-lint: disable-next-line(unsafe-typecast)
            steps[i] = TermDiscount(uint16(word >> (32 * i)), uint16(word >> (32 * i + 16)));
        }
    }

    /// @notice The basis points off for a term: those of the last step that it reaches.
    function bpsFor(uint256 word, uint256 hourCount) internal pure returns (uint256 bps) {
        for (; word != 0 && (word & 0xffff) <= hourCount; word >>= 32) {
            bps = (word >> 16) & 0xffff;
        }
    }

    /// @notice `rate` less `bps`, rounded up, so that what costs something never becomes free.
    function toDiscountedUp(uint256 rate, uint256 bps) internal pure returns (uint256) {
        return Math.ceilDiv(rate * (10_000 - bps), 10_000);
    }
}
