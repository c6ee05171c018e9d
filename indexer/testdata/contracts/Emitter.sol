// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

/// Emits what the indexer's tests need; made by `Emitter`.
contract Child {
    event Ping(uint256 value);

    function ping(uint256 value) external {
        emit Ping(value);
    }
}

/// Emits events of every ABI kind on demand.
contract Emitter {
    struct Pair {
        address who;
        int64 amount;
        string note;
    }

    event Transfer(address indexed from, address indexed to, uint256 value);
    event Shape(
        uint8 small,
        int256 signedValue,
        bytes4 four,
        bytes blob,
        string text,
        uint256[] list,
        Pair pair,
        Pair[] pairs,
        bool flag,
        string indexed hashed,
        address[2] two
    );
    event Numbers(int256 a, int256 b, string text);
    event Command(string what, bytes data);
    event Created(address child, string label);

    function transfer(address to, uint256 value) external {
        emit Transfer(msg.sender, to, value);
    }

    /// `count` transfers to addresses that repeat every `span`.
    function transferMany(uint256 start, uint256 count, uint256 span) external {
        for (uint256 i = start; i < start + count; ++i) {
            emit Transfer(msg.sender, address(uint160(0x10000 + i % span)), i);
        }
    }

    function shape(bytes calldata blob, string calldata text, uint256[] calldata list, Pair calldata pair) external {
        Pair[] memory pairs = new Pair[](2);
        pairs[0] = pair;
        pairs[1] = Pair(address(this), -1, "second");
        address[2] memory two = [msg.sender, address(this)];
        emit Shape(255, -5, 0x01020304, blob, text, list, pair, pairs, true, text, two);
    }

    function numbers(int256 a, int256 b, string calldata text) external {
        emit Numbers(a, b, text);
    }

    function command(string calldata what, bytes calldata data) external {
        emit Command(what, data);
    }

    function create(string calldata label) external returns (address) {
        Child child = new Child();
        emit Created(address(child), label);
        child.ping(1);
        return address(child);
    }
}
