// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Who has how many DC, what was burned for what, and when GPUs were away: plain lists and loops
contract Ledger {
    uint256 public immutable GENESIS;
    uint256 public immutable EPOCH_LENGTH;

    uint256 public minted;
    uint256 public burned;
    mapping(address account => uint256) public free;
    mapping(uint256 epoch => uint256) public inEpoch;
    mapping(uint256 epoch => mapping(uint256 pool => uint256)) public inEpochByPool;
    mapping(uint256 epoch => mapping(uint256 gpu => uint256)) public inEpochByGpu;
    mapping(uint256 pool => uint256) public everByPool;
    mapping(uint256 gpu => uint256) public everByGpu;
    mapping(uint256 gpu => mapping(uint256 hour => bool)) public isBooked;
    mapping(uint256 gpu => bool) public isAway;
    mapping(uint256 gpu => uint256) public awaySince;
    mapping(uint256 gpu => mapping(uint256 hour => bool)) private _wasAway;

    constructor(uint256 genesis, uint256 epochLength) {
        GENESIS = genesis;
        EPOCH_LENGTH = epochLength;
    }

    function mint(address account, uint256 amount) external {
        free[account] += amount;
        minted += amount;
    }

    /// @dev A GPU left ACTIVE or came back. Every hour from the one in which it left that began before it came is lost.
    function setAway(uint256 gpu, bool isAwayNow) external {
        if (isAwayNow == isAway[gpu]) return;
        if (isAwayNow) {
            awaySince[gpu] = block.timestamp;
        } else {
            for (uint256 hour = awaySince[gpu] / 3600; hour * 3600 < block.timestamp; ++hour) {
                _wasAway[gpu][hour] = true;
            }
        }
        isAway[gpu] = isAwayNow;
    }

    /// @dev Whether a GPU was away at some moment of an hour that is over.
    function isLost(uint256 gpu, uint256 hour) public view returns (bool) {
        return _wasAway[gpu][hour] || (isAway[gpu] && (hour + 1) * 3600 > awaySince[gpu]);
    }

    /// @dev The first booked hour among the next so many; 0 if none is.
    function nextBooked(uint256 gpu, uint256 fromHour, uint256 count) public view returns (uint256) {
        for (uint256 hour = fromHour; hour < fromHour + count; ++hour) {
            if (isBooked[gpu][hour]) return hour;
        }
        return 0;
    }

    function _mark(uint256 gpu, uint256 fromHour, uint256 toHour, bool isTaken) internal {
        for (uint256 hour = fromHour; hour < toHour; ++hour) {
            isBooked[gpu][hour] = isTaken;
        }
    }

    function _burn(uint256 gpu, uint256 pool, uint256 amount) internal {
        uint256 epoch = (block.timestamp - GENESIS) / EPOCH_LENGTH;
        burned += amount;
        inEpoch[epoch] += amount;
        inEpochByPool[epoch][pool] += amount;
        inEpochByGpu[epoch][gpu] += amount;
        everByPool[pool] += amount;
        everByGpu[gpu] += amount;
    }

    function _min(uint256 a, uint256 b) internal pure returns (uint256) {
        return a < b ? a : b;
    }

    function _max(uint256 a, uint256 b) internal pure returns (uint256) {
        return a > b ? a : b;
    }
}
