// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {UseTally} from "contracts/src/types/Types.sol";

/// @title Sums of use, packed by hand: every settlement adds to three of them
/// @notice An epoch's word is DC (128 bits) and BCT (128); a GPU's or pool's is {UseTally}: epoch (32), DC in it (112),
/// DC ever (112). First is highest. What is added is at most 64 bits of DC, so that no sum of DC leaves its bits before
/// 2^48 uses; a sum of BCT that doesn't fit reverts, because a price near zero makes anything worth any number of them.
library TallyWord {
    uint256 private constant MASK_112 = type(uint112).max;
    uint256 private constant MASK_128 = type(uint128).max;

    /// @notice An epoch's word with use added.
    function withUse(uint256 word, uint64 amountDc, uint256 bctEquivalent) internal pure returns (uint256) {
        uint256 bctSum = SafeCast.toUint128((word & MASK_128) + bctEquivalent);
        return ((word >> 128) + amountDc) << 128 | bctSum;
    }

    /// @notice A GPU's or pool's word with use added: what was of an earlier epoch begins anew.
    function withUseIn(uint256 word, uint256 epoch, uint64 amountDc) internal pure returns (uint256) {
        uint256 both = uint256(amountDc) << 112 | amountDc;
        if (word >> 224 == epoch) return word + both;
        return uint256(SafeCast.toUint32(epoch)) << 224 | ((word & MASK_112) + both);
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
