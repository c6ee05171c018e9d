// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

/// Emits what it is told to, well-formed or not.
contract Voice {
    function say(bytes32[] calldata topics, bytes memory data) public {
        assembly {
            let at := add(data, 32)
            let size := mload(data)
            let topic := topics.offset
            switch topics.length
            case 0 { log0(at, size) }
            case 1 { log1(at, size, calldataload(topic)) }
            case 2 { log2(at, size, calldataload(topic), calldataload(add(topic, 32))) }
            case 3 {
                log3(at, size, calldataload(topic), calldataload(add(topic, 32)), calldataload(add(topic, 64)))
            }
            default {
                log4(
                    at,
                    size,
                    calldataload(topic),
                    calldataload(add(topic, 32)),
                    calldataload(add(topic, 64)),
                    calldataload(add(topic, 96))
                )
            }
        }
    }
}

/// The same, and by contracts that it makes.
contract Torture is Voice {
    struct Entry {
        /// 0 for this contract, n for the nth that it made
        uint256 speaker;
        bytes32[] topics;
        bytes data;
    }

    Voice[] public others;

    function spawn(uint256 count) external {
        for (uint256 i = 0; i < count; ++i) {
            others.push(new Voice());
        }
    }

    function play(Entry[] calldata entries) external payable {
        for (uint256 i = 0; i < entries.length; ++i) {
            Entry calldata entry = entries[i];
            Voice speaker = entry.speaker == 0 ? this : others[entry.speaker - 1];
            speaker.say(entry.topics, entry.data);
        }
    }
}

/// What the logs may mean.
abstract contract Meanings {
    struct Leaf {
        bytes blob;
        uint8 small;
    }

    struct Branch {
        string name;
        Leaf[] leaves;
    }

    /// a program for the mapping
    event Run(bytes program);
    /// the same, for a handler that sees receipts
    event Receipt(uint256 note);

    event Scalars(
        uint8 u8, int8 i8, uint24 u24, int256 i256, bytes1 b1, bytes32 b32, bool flag, address who, string text, bytes blob
    );
    event Nested(uint256[][] grid, Branch[2] branches, address[2][] pairs, bool[] flags, Branch single);
    event Hashed(string indexed text, uint256[] indexed list, bytes indexed blob, bytes rest);
    event Filtered(address indexed who, uint256 indexed what, bytes32 indexed why);

    event Overloaded(uint256 value);
    event Overloaded(int256 value);
    event Overloaded(uint256 value, string text);

    event Nameless(uint256 indexed value, string text) anonymous;
    event Renamed(uint256 value);
}
