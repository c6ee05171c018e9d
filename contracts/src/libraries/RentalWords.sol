// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Rental, Tier} from "contracts/src/types/Types.sol";

/// @title A rental in two words of storage
/// @notice Packed by hand: the compiler would need a third word, and load and store each once per field.
///
///     parties  operatorId 32 | poolId 32 | gpuId 32 | customer 160
///     state    isEnded 4 | tier 4 | burnedDc 56 | escrowDc 56 | rateDcPerHour 40 | endsBy 32 | settledAt 32 | startAt 32
///
/// What doesn't fit is refused: 72 billion DC in one rental, a million DC per hour, times after 2106.
library RentalWords {
    using SafeCast for uint256;

    struct Words {
        uint256 parties;
        uint256 state;
    }

    // the casts cut fields out of their words
    // forge-lint: disable-start(unsafe-typecast)

    /// @notice The rental that was stored; all zero if none was.
    function load(Words storage self) internal view returns (Rental memory rental) {
        uint256 parties = self.parties;
        rental.customer = address(uint160(parties));
        rental.gpuId = uint32(parties >> 160);
        rental.poolId = uint32(parties >> 192);
        rental.operatorId = uint32(parties >> 224);
        uint256 state = self.state;
        rental.startAt = uint32(state);
        rental.settledAt = uint32(state >> 32);
        rental.endsBy = uint32(state >> 64);
        rental.rateDcPerHour = uint40(state >> 96);
        rental.escrowDc = uint56(state >> 136);
        rental.burnedDc = uint56(state >> 192);
        rental.tier = Tier(state >> 248 & 0xf);
        rental.isEnded = state >> 252 != 0;
    }

    // forge-lint: disable-end(unsafe-typecast)

    /// @notice Stores all of a new rental.
    function store(Words storage self, Rental memory rental) internal {
        uint256 ids = uint256(uint256(rental.operatorId).toUint32()) << 64 | uint256(uint256(rental.poolId).toUint32())
            << 32 | uint256(rental.gpuId).toUint32();
        self.parties = ids << 160 | uint160(rental.customer);
        storeState(self, rental);
    }

    /// @notice Stores what may have changed of a rental.
    function storeState(Words storage self, Rental memory rental) internal {
        // burned is at most the escrow, and what has begun was settled no later than it ends
        uint256 money = uint256(rental.burnedDc) << 192 | uint256(uint256(rental.escrowDc).toUint56()) << 136
            | uint256(uint256(rental.rateDcPerHour).toUint40()) << 96;
        uint256 times = uint256(uint256(rental.endsBy).toUint32()) << 64 | uint256(uint256(rental.settledAt).toUint32())
            << 32 | rental.startAt;
        uint256 kind = (rental.isEnded ? uint256(1) << 252 : 0) | uint256(rental.tier) << 248;
        self.state = kind | money | times;
    }
}
