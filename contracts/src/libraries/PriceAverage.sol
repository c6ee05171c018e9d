// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title A time-weighted average over a ring of observed prices
/// @notice A price stands until the next one is observed. Each observation carries the integral of the price over time
/// since the first one, so that the average between two times is a difference of two integrals. Prices of one minute
/// share an entry: what is lost is only where inside that minute the price moved.
library PriceAverage {
    /// one more than the minutes of the longest window, so that the ring always reaches back behind it
    uint256 internal constant RING = 32;
    uint256 internal constant MAX_WINDOW = 30 minutes;

    /// @dev One word.
    struct Observation {
        uint48 time;
        uint64 price;
        /// Σ price · seconds up to `time`
        uint112 cumulative;
        /// how many entries came before
        uint32 index;
    }

    struct History {
        Observation newest;
        /// entries before the newest, each at its index modulo RING
        Observation[RING] older;
    }

    /// @notice Begins a history.
    function start(History storage self, uint64 price, uint48 time) internal {
        self.newest = Observation({time: time, price: price, cumulative: 0, index: 0});
    }

    /// @notice Adds a price. `time` must not go backwards.
    function push(History storage self, uint64 price, uint48 time) internal {
        Observation memory last = self.newest;
        uint112 cumulative = last.cumulative + uint112(last.price) * (time - last.time);
        uint32 index = last.index;
        if (index == 0 || time / 1 minutes != last.time / 1 minutes) {
            self.older[index % RING] = last;
            ++index;
        }
        self.newest = Observation({time: time, price: price, cumulative: cumulative, index: index});
    }

    /// @notice The average price over the `MAX_WINDOW` before `time`, or over the whole history where that is shorter.
    function averageDown(History storage self, uint256 time) internal view returns (uint256) {
        Observation memory newer = self.newest;
        uint256 from = time - MAX_WINDOW;
        if (newer.time <= from) return newer.price;
        uint256 total = newer.cumulative + uint256(newer.price) * (time - newer.time);
        uint256 count = newer.index;
        for (uint256 back = 1; back <= Math.min(count, RING); ++back) {
            Observation memory older = self.older[(count - back) % RING];
            if (older.time <= from) return (total - _cumulativeUp(older, newer, from)) / MAX_WINDOW;
            newer = older;
        }
        return newer.time == time ? self.newest.price : (total - newer.cumulative) / (time - newer.time);
    }

    /// @dev The integral at a time between two observations.
    function _cumulativeUp(Observation memory older, Observation memory newer, uint256 time)
        private
        pure
        returns (uint256)
    {
        uint256 gained = uint256(newer.cumulative - older.cumulative) * (time - older.time);
        return older.cumulative + Math.ceilDiv(gained, newer.time - older.time);
    }
}
