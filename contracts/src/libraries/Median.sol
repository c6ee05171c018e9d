// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Arrays} from "@openzeppelin/contracts/utils/Arrays.sol";

/// @title The middle of a few numbers
library Median {
    /// @notice The median of at least one number; of an even count the mean of the two in the middle, rounded down.
    /// Sorts `values` in place. A sum of two of them must fit a word.
    function medianDown(uint256[] memory values) internal pure returns (uint256) {
        Arrays.sort(values);
        uint256 middle = values.length / 2;
        return values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }
}
