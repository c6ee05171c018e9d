// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title The booked hours of one GPU
/// @notice Hours are whole UTC hours since 1970; every range is half-open, `[from, to)`.
/// @dev Two levels. A word holds 256 hours, a bit each. A page describes 128 words in one word of storage: which aren't
/// empty (low half) and which are booked whole (high half). A word that is booked whole stands in its page only, its own
/// storage stays zero; so a year costs three writes, and to look for a booked hour is to look at a page or two.
library Calendar {
    /// words of a page, and where its high half begins
    uint256 private constant LANES = 128;
    uint256 private constant HOURS_PER_PAGE = LANES * 256;
    /// more hours than anyone can book
    uint256 internal constant NONE = type(uint256).max;

    struct Hours {
        mapping(uint256 word => uint256 hourBits) words;
        mapping(uint256 page => uint256 wholeAndNonEmpty) pages;
    }

    /// @notice The range holds no hour.
    error Calendar_EmptyRange(uint256 from, uint256 to);
    /// @notice Hours of the range aren't booked, this one first.
    error Calendar_NotBooked(uint256 hour);

    /// @notice Books `[from, to)` if all of it is free; else does nothing.
    /// @return taken the first of its hours that was booked already; `NONE` if none was
    function book(Hours storage self, uint256 from, uint256 to) internal returns (uint256 taken) {
        _requireRange(from, to);
        taken = firstTaken(self, from, to);
        if (taken != NONE) return taken;
        for (uint256 page = from / HOURS_PER_PAGE; page * HOURS_PER_PAGE < to; ++page) {
            uint256 whole = _wholeLanes(page, from, to);
            uint256 nonEmpty = whole;
            for (uint256 rest = _lanes(page, from, to) & ~whole; rest != 0; rest &= rest - 1) {
                uint256 lane = _lowestBit(rest);
                uint256 word = page * LANES + lane;
                uint256 bits = self.words[word];
                self.words[word] = bits | _hourMask(word, from, to);
                if (bits == 0) nonEmpty |= 1 << lane;
            }
            if (nonEmpty != 0) self.pages[page] |= whole << LANES | nonEmpty;
        }
    }

    /// @notice Frees `[from, to)`, all of which must be booked.
    function free(Hours storage self, uint256 from, uint256 to) internal {
        _requireRange(from, to);
        for (uint256 page = from / HOURS_PER_PAGE; page * HOURS_PER_PAGE < to; ++page) {
            // words booked whole and now freed whole need no look at their own storage
            uint256 cleared = _wholeLanes(page, from, to);
            if (cleared != 0) cleared &= self.pages[page] >> LANES;
            uint256 unwhole = cleared;
            for (uint256 rest = _lanes(page, from, to) & ~cleared; rest != 0; rest &= rest - 1) {
                uint256 lane = _lowestBit(rest);
                (bool isEmpty, bool wasWhole) = _freeInWord(self, page * LANES + lane, from, to);
                if (isEmpty) cleared |= 1 << lane;
                if (wasWhole) unwhole |= 1 << lane;
            }
            if (cleared | unwhole != 0) self.pages[page] &= ~(unwhole << LANES | cleared);
        }
    }

    /// @notice Whether `hour` is booked.
    function isTaken(Hours storage self, uint256 hour) internal view returns (bool) {
        return _bitsOf(self, hour / 256) >> (hour % 256) & 1 == 1;
    }

    /// @notice The first booked hour of `[from, to)`, which must not be empty; `NONE` if all are free.
    function firstTaken(Hours storage self, uint256 from, uint256 to) internal view returns (uint256 hour) {
        if (from / 256 == (to - 1) / 256) return _firstInWord(self, from / 256, from, to);
        for (uint256 page = from / HOURS_PER_PAGE; page * HOURS_PER_PAGE < to; ++page) {
            // three turns at most: a word between the first and the last has no booked hours outside of the range
            for (uint256 rest = self.pages[page] & _lanes(page, from, to); rest != 0; rest &= rest - 1) {
                hour = _firstInWord(self, page * LANES + _lowestBit(rest), from, to);
                if (hour != NONE) return hour;
            }
        }
        return NONE;
    }

    /// @notice The first booked hour from `from` on, as far as the end of the page after its own: 32,769 to 65,536 hours;
    /// `NONE` if all are free.
    function nextTaken(Hours storage self, uint256 from) internal view returns (uint256 hour) {
        return firstTaken(self, from, (from / HOURS_PER_PAGE + 2) * HOURS_PER_PAGE);
    }

    function _freeInWord(Hours storage self, uint256 word, uint256 from, uint256 to)
        private
        returns (bool isEmpty, bool wasWhole)
    {
        uint256 bits = self.words[word];
        if (bits == 0) {
            bits = _bitsOf(self, word);
            wasWhole = bits != 0;
        }
        uint256 mask = _hourMask(word, from, to);
        uint256 missing = mask & ~bits;
        if (missing != 0) revert Calendar_NotBooked(word * 256 + _lowestBit(missing));
        bits &= ~mask;
        self.words[word] = bits;
        isEmpty = bits == 0;
    }

    function _firstInWord(Hours storage self, uint256 word, uint256 from, uint256 to) private view returns (uint256) {
        uint256 taken = _bitsOf(self, word) & _hourMask(word, from, to);
        return taken == 0 ? NONE : word * 256 + _lowestBit(taken);
    }

    /// @dev The hours of a word, wherever they stand.
    function _bitsOf(Hours storage self, uint256 word) private view returns (uint256 bits) {
        bits = self.words[word];
        if (bits == 0 && self.pages[word / LANES] >> (LANES + word % LANES) & 1 == 1) bits = type(uint256).max;
    }

    /// @dev The words of a page that `[from, to)` touches.
    function _lanes(uint256 page, uint256 from, uint256 to) private pure returns (uint256) {
        return _run(page * LANES, from / 256, (to + 255) / 256);
    }

    /// @dev The words of a page that `[from, to)` covers whole.
    function _wholeLanes(uint256 page, uint256 from, uint256 to) private pure returns (uint256) {
        return _run(page * LANES, (from + 255) / 256, to / 256);
    }

    /// @dev A bit for each of the 128 words from `base` on that lie in `[first, end)`.
    function _run(uint256 base, uint256 first, uint256 end) private pure returns (uint256) {
        uint256 low = Math.saturatingSub(first, base);
        uint256 high = Math.min(Math.saturatingSub(end, base), LANES);
        return low < high ? (1 << high) - (1 << low) : 0;
    }

    /// @dev A bit for each of the word's hours in `[from, to)`, which must hold one of them.
    function _hourMask(uint256 word, uint256 from, uint256 to) private pure returns (uint256) {
        uint256 low = Math.saturatingSub(from, word * 256);
        uint256 high = Math.min(to - word * 256, 256);
        return type(uint256).max << low & type(uint256).max >> (256 - high);
    }

    function _lowestBit(uint256 bits) private pure returns (uint256) {
        return Math.log2(bits & (~bits + 1));
    }

    function _requireRange(uint256 from, uint256 to) private pure {
        if (from >= to) revert Calendar_EmptyRange(from, to);
    }
}
