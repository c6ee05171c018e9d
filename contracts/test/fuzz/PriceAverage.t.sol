// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {PriceAverage} from "contracts/src/libraries/PriceAverage.sol";
import {Test} from "contracts/test/utils/TestKit.sol";

/// Against a list of everything that was observed.
contract PriceAverageFuzzTest is Test {
    using PriceAverage for PriceAverage.History;

    struct Move {
        uint16 pause;
        uint32 price;
    }

    PriceAverage.History private _history;
    uint256[] private _times;
    uint256[] private _prices;

    /// Where no two prices share a minute, nothing is lost: the average is the exact one, rounded down.
    function testFuzz_IsTheExactAverageOfPricesAMinuteApart(Move[40] memory moves, uint16 wait) external {
        uint48 time = _begin(moves[0].price);
        for (uint256 i = 1; i < moves.length; ++i) {
            time += 60 + moves[i].pause % 840;
            _push(time, moves[i].price);
        }
        time += wait;
        assertEq(_history.averageDown(time), _naiveAverage(time));
    }

    /// Many prices a minute share an entry; the average is still one of prices that stood in the window.
    function testFuzz_StaysBetweenTheLowestAndTheHighestPrice(Move[40] memory moves, uint16 wait) external {
        uint48 time = _begin(moves[0].price);
        uint256 lowest = moves[0].price;
        uint256 highest = lowest;
        for (uint256 i = 1; i < moves.length; ++i) {
            time += moves[i].pause % 90;
            _push(time, moves[i].price);
            if (moves[i].price < lowest) lowest = moves[i].price;
            if (moves[i].price > highest) highest = moves[i].price;
        }
        uint256 average = _history.averageDown(time + wait);
        assertGe(average, lowest);
        assertLe(average, highest);
    }

    /// Off by what moved inside the minute at the window's far end: a 30th of the range at most.
    function testFuzz_LosesAtMostAMinute(Move[60] memory moves) external {
        uint48 time = _begin(1e8);
        for (uint256 i = 1; i < moves.length; ++i) {
            time += 30 + moves[i].pause % 60;
            _push(time, 1e8 + moves[i].price % 1e8);
        }
        assertApproxEqAbs(_history.averageDown(time), _naiveAverage(time), 1e8 / uint256(30) + 1);
    }

    function test_LooksBackThroughAFullRing() external {
        uint48 time = _begin(1e8);
        for (uint32 i = 1; i <= 100; ++i) {
            time += 60;
            _push(time, 1e8 + i);
        }
        // the last 30 minutes saw 71 … 100, each for a minute before the next
        assertEq(_history.averageDown(time), 1e8 + 84);
        assertEq(_history.averageDown(time), _naiveAverage(time));
    }

    function test_AShortHistoryIsAveragedWhole() external {
        uint48 time = _begin(1e8);
        assertEq(_history.averageDown(time), 1e8);
        _push(time, 3e8);
        assertEq(_history.averageDown(time), 3e8);
        assertEq(_history.averageDown(time + 10), 3e8);
        _push(time + 10, 2e8);
        assertEq(_history.averageDown(time + 20), 2.5e8);
    }

    function _begin(uint32 price) private returns (uint48 time) {
        time = 1_800_000_000;
        _history.start(price, time);
        _times.push(time);
        _prices.push(price);
    }

    function _push(uint48 time, uint32 price) private {
        _history.push(price, time);
        _times.push(time);
        _prices.push(price);
    }

    function _naiveAverage(uint256 time) private view returns (uint256) {
        uint256 from = time - 30 minutes;
        if (from < _times[0]) from = _times[0];
        if (from == time) return _prices[_prices.length - 1];
        uint256 sum;
        for (uint256 i; i < _times.length; ++i) {
            uint256 since = _times[i] < from ? from : _times[i];
            uint256 until = i + 1 < _times.length ? _times[i + 1] : time;
            if (until > since) sum += _prices[i] * (until - since);
        }
        return sum / (time - from);
    }
}
