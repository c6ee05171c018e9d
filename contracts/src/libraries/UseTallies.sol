// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {UseTally} from "contracts/src/types/Types.sol";

/// @title A tally in one word
/// @notice Packed by hand: the compiler would load and store the word once per field.
///
///     lifetimeDc 112 | inEpochDc 112 | epoch 32
library UseTallies {
    /// @notice The tally with `amountDc` more in `epoch`, which is not before its own.
    /// @param amountDc below 2^64, so that it would take 2^48 of them to overflow a field
    function added(uint256 word, uint256 epoch, uint64 amountDc) internal pure returns (uint256) {
        uint256 inEpochDc = uint32(word) == epoch ? uint112(word >> 32) : 0;
        return ((word >> 144) + amountDc) << 144 | (inEpochDc + amountDc) << 32 | uint32(epoch);
    }

    /// @notice The tally by field.
    function unpack(uint256 word) internal pure returns (UseTally memory) {
        return UseTally({epoch: uint32(word), inEpochDc: uint112(word >> 32), lifetimeDc: uint112(word >> 144)});
    }
}
