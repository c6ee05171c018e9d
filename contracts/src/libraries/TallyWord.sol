// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {UseTally} from "contracts/src/types/Types.sol";

/// @title Sums of use, packed by hand: every settlement adds to three of them
/// @notice An epoch's word is DC (128 bits) and BCT (128); a GPU's or pool's is {UseTally}: epoch (32), DC in it (112),
/// DC ever (112). First is highest. A sum that doesn't fit reverts.
library TallyWord {
    uint256 private constant MASK_112 = type(uint112).max;
    uint256 private constant MASK_128 = type(uint128).max;

    /// @notice An epoch's word with use added.
    function withUse(uint256 word, uint256 amountDc, uint256 bctEquivalent) internal pure returns (uint256) {
        uint256 dc = SafeCast.toUint128((word >> 128) + amountDc);
        return (dc << 128) | SafeCast.toUint128((word & MASK_128) + bctEquivalent);
    }

    /// @notice A GPU's or pool's word with use added: what was of an earlier epoch begins anew.
    function withUseIn(uint256 word, uint256 epoch, uint256 amountDc) internal pure returns (uint256) {
        uint256 lifetimeDc = SafeCast.toUint112((word & MASK_112) + amountDc);
        // never more than the lifetime's, so it fits
        uint256 inEpochDc = word >> 224 == epoch ? ((word >> 112) & MASK_112) + amountDc : amountDc;
        return (uint256(SafeCast.toUint32(epoch)) << 224) | (inEpochDc << 112) | lifetimeDc;
    }

    /// @notice What a GPU's or pool's word says.
    function read(uint256 word) internal pure returns (UseTally memory tally) {
        tally.epoch = SafeCast.toUint32(word >> 224);
        tally.inEpochDc = SafeCast.toUint112((word >> 112) & MASK_112);
        tally.lifetimeDc = SafeCast.toUint112(word & MASK_112);
    }

    /// @notice DC of an epoch's word, and the BCT that they were worth.
    function readEpoch(uint256 word) internal pure returns (uint256 amountDc, uint256 bctEquivalent) {
        return (word >> 128, word & MASK_128);
    }
}
