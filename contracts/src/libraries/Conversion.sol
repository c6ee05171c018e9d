// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title BCT to DC and back
/// @notice BCT have 18 decimals, DC 6, prices (USD per BCT) 8: dc = bct · price / 10^20. The direction of rounding is in
/// the name; whoever calls picks the one that favors the protocol.
library Conversion {
    uint256 private constant SCALE = 1e20;

    /// @notice DC that `bctAmount` buys.
    function toDcDown(uint256 bctAmount, uint256 price) internal pure returns (uint256 dcAmount) {
        return Math.mulDiv(bctAmount, price, SCALE);
    }

    /// @notice BCT that `dcAmount` costs.
    function toBctUp(uint256 dcAmount, uint256 price) internal pure returns (uint256 bctAmount) {
        return Math.mulDiv(dcAmount, SCALE, price, Math.Rounding.Ceil);
    }

    /// @notice BCT that `dcAmount` is worth.
    function toBctDown(uint256 dcAmount, uint256 price) internal pure returns (uint256 bctAmount) {
        return Math.mulDiv(dcAmount, SCALE, price);
    }
}
