// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Calendar} from "contracts/src/libraries/Calendar.sol";
import {Test} from "contracts/test/utils/TestKit.sol";

/// Against an array with a bool for each hour.
/// forge-config: default.fuzz.runs = 600
contract CalendarFuzzTest is Test {
    using Calendar for Calendar.Hours;

    struct Move {
        bool isFree;
        uint16 from;
        uint16 span;
    }

    /// a page's end lies in the middle of the hours that are tried
    uint256 private constant ORIGIN = 14 * 32_768 - 1536;
    uint256 private constant TRIED = 3072;

    bytes4 private constant NOT_BOOKED = Calendar.Calendar_NotBooked.selector;

    Calendar.Hours private _calendar;
    bool[TRIED] private _naive;

    function testFuzz_EqualsANaiveArrayAcrossEdgesOfWordsAndPages(Move[14] memory moves) external {
        for (uint256 i; i < moves.length; ++i) {
            (uint256 from, uint256 to) = _range(moves[i]);
            _try(moves[i].isFree, from, to);
        }
        _compare();
    }

    function testFuzz_FindsTheFirstBookedHour(Move[6] memory moves, Move memory query) external {
        for (uint256 i; i < moves.length; ++i) {
            (uint256 from, uint256 to) = _range(moves[i]);
            _try(false, from, to);
        }
        (uint256 low, uint256 high) = _range(query);
        assertEq(_calendar.firstTaken(ORIGIN + low, ORIGIN + high), _firstThatIs(true, low, high));
        assertEq(_calendar.nextTaken(ORIGIN + low), _firstThatIs(true, low, TRIED));
    }

    /// What is booked whole and freed whole leaves nothing behind: the page again knows of no hour.
    function testFuzz_FreeingAllMakesItEmpty(Move memory booked, uint16 cut) external {
        (uint256 from, uint256 to) = _range(booked);
        _calendar.book(ORIGIN + from, ORIGIN + to);
        uint256 middle = bound(cut, from, to);
        if (middle > from) _calendar.free(ORIGIN + from, ORIGIN + middle);
        if (middle < to) _calendar.free(ORIGIN + middle, ORIGIN + to);
        assertEq(_calendar.pages[13] | _calendar.pages[14], 0);
        assertEq(_calendar.nextTaken(ORIGIN - 32_768), Calendar.NONE);
        _calendar.book(ORIGIN, ORIGIN + TRIED);
    }

    function test_AFirstBookingWritesTwoWordsAndAYearThree() external {
        assertEq(_writesOfBooking(ORIGIN, ORIGIN + 1), 2);
        assertEq(_writesOfBooking(ORIGIN + 1, ORIGIN + 2), 1);
        assertEq(_writesOfBooking(ORIGIN + 254, ORIGIN + 256), 1);
        // 33 whole words, so that neither the first nor the last is written
        assertEq(_writesOfBooking(ORIGIN + 40_960, ORIGIN + 40_960 + 8448), 1);
        assertEq(_writesOfBooking(ORIGIN + 50_001, ORIGIN + 50_001 + 8760), 3);
    }

    function test_RefusesARangeWithoutHours() external {
        vm.expectRevert(abi.encodeWithSelector(Calendar.Calendar_EmptyRange.selector, 7, 7));
        this.bookExternally(7, 7);
        vm.expectRevert(abi.encodeWithSelector(Calendar.Calendar_EmptyRange.selector, 8, 7));
        this.freeExternally(8, 7);
    }

    /// As far as the end of the page after `from`'s: ORIGIN's page ends 1,536 hours after it.
    function test_LooksAheadToTheEndOfTheNextPage() external {
        _calendar.book(ORIGIN + 1536 + 32_768, ORIGIN + 1536 + 32_769);
        assertEq(_calendar.nextTaken(ORIGIN), Calendar.NONE);
        assertEq(_calendar.nextTaken(ORIGIN + 1536), ORIGIN + 1536 + 32_768);
        _calendar.book(ORIGIN + 1536 + 32_767, ORIGIN + 1536 + 32_768);
        assertEq(_calendar.nextTaken(ORIGIN), ORIGIN + 1536 + 32_767);
    }

    function freeExternally(uint256 from, uint256 to) external {
        _calendar.free(from, to);
    }

    function bookExternally(uint256 from, uint256 to) external {
        assertEq(_calendar.book(from, to), Calendar.NONE);
    }

    function _writesOfBooking(uint256 from, uint256 to) private returns (uint256) {
        vm.record();
        _calendar.book(from, to);
        (, bytes32[] memory writes) = vm.accesses(address(this));
        return writes.length;
    }

    /// @dev Does to both; where the array says that it can't be done, the calendar must say so and name the same hour.
    function _try(bool isFree, uint256 from, uint256 to) private {
        uint256 wrong = _firstThatIs(!isFree, from, to);
        if (!isFree) {
            assertEq(_calendar.book(ORIGIN + from, ORIGIN + to), wrong);
        } else {
            if (wrong != Calendar.NONE) vm.expectRevert(abi.encodeWithSelector(NOT_BOOKED, wrong));
            this.freeExternally(ORIGIN + from, ORIGIN + to);
        }
        if (wrong != Calendar.NONE) return;
        for (uint256 hour = from; hour < to; ++hour) {
            _naive[hour] = !isFree;
        }
    }

    function _compare() private view {
        for (uint256 hour; hour < TRIED; ++hour) {
            assertEq(_calendar.isTaken(ORIGIN + hour), _naive[hour]);
        }
    }

    function _firstThatIs(bool taken, uint256 from, uint256 to) private view returns (uint256) {
        for (uint256 hour = from; hour < to; ++hour) {
            if (_naive[hour] == taken) return ORIGIN + hour;
        }
        return Calendar.NONE;
    }

    /// @dev Half of the ranges are short; every fourth begins and ends with a word.
    function _range(Move memory move) private pure returns (uint256 from, uint256 to) {
        from = move.from % TRIED;
        uint256 longest = TRIED - from;
        if (move.span % 2 == 0 && longest > 48) longest = 48;
        to = from + 1 + move.span / 4 % longest;
        if (move.span % 4 == 1) {
            from = from / 256 * 256;
            to = (to + 255) / 256 * 256;
        }
    }
}
