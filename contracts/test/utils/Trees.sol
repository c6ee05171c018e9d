// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Merkle trees of any wallets, for tests that make up their own
/// @dev Pairs are hashed in ascending order; a node without a neighbor moves up as it is. That isn't the shape of
/// OpenZeppelin's trees, but a proof says nothing of shape.
library Trees {
    function leaf(address account, uint256 cumulativeAmount) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(keccak256(abi.encode(account, cumulativeAmount))));
    }

    function root(bytes32[] memory nodes) internal pure returns (bytes32) {
        while (nodes.length > 1) {
            nodes = _parents(nodes);
        }
        return nodes[0];
    }

    function proof(bytes32[] memory nodes, uint256 index) internal pure returns (bytes32[] memory path) {
        path = new bytes32[](256);
        uint256 count;
        while (nodes.length > 1) {
            uint256 neighbor = index ^ 1;
            if (neighbor < nodes.length) path[count++] = nodes[neighbor];
            nodes = _parents(nodes);
            index /= 2;
        }
        assembly ("memory-safe") {
            mstore(path, count)
        }
    }

    function _parents(bytes32[] memory nodes) private pure returns (bytes32[] memory parents) {
        parents = new bytes32[]((nodes.length + 1) / 2);
        for (uint256 i; i < parents.length; ++i) {
            bytes32 left = nodes[2 * i];
            if (2 * i + 1 == nodes.length) {
                parents[i] = left;
                continue;
            }
            bytes32 right = nodes[2 * i + 1];
            parents[i] =
                left < right ? keccak256(abi.encodePacked(left, right)) : keccak256(abi.encodePacked(right, left));
        }
    }
}
