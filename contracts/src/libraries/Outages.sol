// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The UTC hours in which a GPU was down, one bit each
/// @dev Hours are counted from 1970; hour h is bit h mod 256 of word h / 256. Work grows by a word per 256 hours.
library Outages {
    struct Hours {
        mapping(uint256 word => uint256 bits) words;
    }

    /// @notice Marks each hour that `[fromTime, toTime)` touches, and the hour of `fromTime` unless that begins at `toTime`.
    /// @param fromTime seconds since 1970, at most `toTime`
    function mark(Hours storage self, uint256 fromTime, uint256 toTime) internal {
        uint256 fromHour = fromTime / 1 hours;
        // the first hour that isn't touched
        uint256 toHour = (toTime + 1 hours - 1) / 1 hours;
        for (uint256 hour = fromHour; hour < toHour; hour = (hour / 256 + 1) * 256) {
            self.words[hour / 256] |= _mask(hour, toHour);
        }
    }

    /// @notice How many of the hours `[fromHour, toHour)` are marked.
    function count(Hours storage self, uint256 fromHour, uint256 toHour) internal view returns (uint256 hourCount) {
        for (uint256 hour = fromHour; hour < toHour; hour = (hour / 256 + 1) * 256) {
            hourCount += _popCount(self.words[hour / 256] & _mask(hour, toHour));
        }
    }

    /// @dev The bits of `[fromHour, toHour)` in the word of `fromHour`, which comes before `toHour`.
    function _mask(uint256 fromHour, uint256 toHour) private pure returns (uint256 bits) {
        bits = type(uint256).max << (fromHour % 256);
        // forge-lint: disable-next-line(incorrect-shift)
        if (toHour / 256 == fromHour / 256) bits &= (1 << (toHour % 256)) - 1;
    }

    /// @dev Bits are summed in pairs, nibbles and bytes, each in its place; a product adds up the bytes. The whole word's
    /// 256 would overflow the byte that the sum ends in, so its halves are summed apart.
    function _popCount(uint256 bits) private pure returns (uint256) {
        unchecked {
            bits -= (bits >> 1) & (type(uint256).max / 3);
            bits = (bits & (type(uint256).max / 5)) + ((bits >> 2) & (type(uint256).max / 5));
            bits = (bits + (bits >> 4)) & (type(uint256).max / 17);
            uint256 ones = type(uint128).max / 255;
            return (((bits & type(uint128).max) * ones) >> 120 & 0xff) + (((bits >> 128) * ones) >> 120 & 0xff);
        }
    }
}
