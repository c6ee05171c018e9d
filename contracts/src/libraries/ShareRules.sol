// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ShareRule} from "contracts/src/types/Types.sol";

/// @title A share rule as one number, as a history keeps it
/// @dev 16 bits each, from the lowest: operator, pool, GPU.
library ShareRules {
    /// @notice The rule as a number, never 0 for one that sums to 10,000.
    function pack(ShareRule calldata rule) internal pure returns (uint160) {
        return uint160(rule.operatorBps) | uint160(rule.poolBps) << 16 | uint160(rule.gpuBps) << 32;
    }

    /// @notice The rule of a number.
    function unpack(uint160 packed) internal pure returns (ShareRule memory) {
        // the casts cut out the fields
        // forge-lint: disable-next-line(unsafe-typecast)
        return ShareRule(uint16(packed), uint16(packed >> 16), uint16(packed >> 32));
    }
}
