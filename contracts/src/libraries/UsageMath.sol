// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title What use costs and how long money lasts
/// @notice The two are each other's inverse at the edge: `toOwedDcUp(rate, toPaidSecondsDown(rate, dc)) <= dc`, and one
/// second more would owe more than `dc`.
library UsageMath {
    /// @notice DC owed for `duration` seconds at `rateDcPerHour`: never 0 for more than 0 s.
    function toOwedDcUp(uint256 rateDcPerHour, uint256 duration) internal pure returns (uint256 owedDc) {
        return Math.ceilDiv(rateDcPerHour * duration, 1 hours);
    }

    /// @notice Whole seconds that `amountDc` pays at `rateDcPerHour`. An absurd amount saturates.
    function toPaidSecondsDown(uint256 rateDcPerHour, uint256 amountDc) internal pure returns (uint256 duration) {
        return Math.saturatingMul(amountDc, 1 hours) / rateDcPerHour;
    }
}
