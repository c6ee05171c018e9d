// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

/// Answers calls in every way a contract can.
contract Target {
    struct Pair {
        address who;
        int64 amount;
        string note;
    }

    error Custom(uint256 code);

    event Asked(address indexed account, uint64 value, bytes4 four, string text, uint256[] list, Pair pair);

    uint256 public number;

    /// Makes the next blocks' answers differ from the last ones'.
    function set(uint256 value) external payable {
        number = value;
    }

    function ask(address account, uint64 value, string calldata text) external payable {
        uint256[] memory list = new uint256[](2);
        (list[0], list[1]) = (value, 2 ** 200);
        emit Asked(account, value, 0x01020304, text, list, Pair(account, -int64(value), text));
    }

    function needs(uint256 value) external view returns (uint256) {
        require(value < 10, "too large");
        return value + number;
    }

    function divide(uint256 value) external pure returns (uint256) {
        return 100 / value;
    }

    function custom() external view returns (uint256) {
        revert Custom(number);
    }

    function broken() external pure returns (uint256) {
        assembly {
            invalid()
        }
    }

    /// Never ends: runs out of whatever gas it gets.
    function burn() external view returns (uint256 rounds) {
        while (number < type(uint256).max) ++rounds;
    }

    function nothing() external view {}

    function pick(uint256 value) external pure returns (string memory) {
        return value == 0 ? "zero" : "number";
    }

    function pick(address) external pure returns (string memory) {
        return "address";
    }

    function pick(uint256 value, bool) external pure returns (uint256, string memory) {
        return (value, "number and flag");
    }

    function shout(string calldata text) external pure returns (string memory) {
        return string.concat(text, "!");
    }

    function sum(uint256[] calldata list, Pair calldata pair, bytes4 four) external pure returns (int256 total, bytes32) {
        for (uint256 i; i < list.length; ++i) total += int256(list[i]);
        return (total + pair.amount, four);
    }

    function echo(
        Pair[] calldata pairs,
        uint256[2] calldata two,
        bytes calldata blob,
        bool flag,
        int64 small,
        bytes32[] calldata words
    ) external pure returns (Pair[] memory, uint256[2] memory, bytes memory, bool, int64, bytes32[] memory) {
        return (pairs, two, blob, flag, small, words);
    }
}

/// What `Garbage` claims to answer.
interface Claims {
    function asUint() external view returns (uint256);
    function asSmall() external view returns (uint64);
    function asBool() external view returns (bool);
    function asAddress() external view returns (address);
    function asString() external view returns (string memory);
    function asList() external view returns (uint256[] memory);
    function asBoth() external view returns (uint256, string memory);
}

/// Answers every call with the same bytes.
contract Garbage {
    bytes private blob;

    function setBlob(bytes calldata value) external {
        blob = value;
    }

    fallback(bytes calldata) external returns (bytes memory) {
        return blob;
    }
}
