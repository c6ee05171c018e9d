// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title What an epoch may mint, in BCT with 18 decimals
/// @notice budget = min(schedule + min(smoothed, cap), ceiling). Everything is rounded down: what rounding leaves isn't
/// minted.
library BudgetMath {
    uint256 internal constant BPS = 10_000;

    /// @notice The schedule: `initialEmission` halved every `halvingEpochs`, and nothing in the end.
    function scheduledDown(uint256 initialEmission, uint256 halvingEpochs, uint256 epoch)
        internal
        pure
        returns (uint256 bctAmount)
    {
        return initialEmission >> (epoch / halvingEpochs);
    }

    /// @notice Six sevenths of what it was and one of what was burned: a week's memory, as epochs are days.
    function smoothedDown(uint256 previous, uint256 burned) internal pure returns (uint256 bctAmount) {
        return (6 * previous + burned) / 7;
    }

    /// @notice What use was worth, times kappa.
    function ceilingDown(uint256 bctEquivalent, uint256 kappaBps) internal pure returns (uint256 bctAmount) {
        return bctEquivalent * kappaBps / BPS;
    }

    /// @notice The budget of an epoch from its terms.
    function budget(uint256 scheduled, uint256 reEmission, uint256 ceiling) internal pure returns (uint256 bctAmount) {
        return Math.min(scheduled + reEmission, ceiling);
    }
}
