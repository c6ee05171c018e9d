// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Two published roots with their proofs, by @openzeppelin/merkle-tree 1.0.8
/// @notice `StandardMerkleTree.of(rows, ["address", "uint256"])`, `root` and `getProof(i)`; accounts as makeAddr names them.
/// FIRST: alice 60, bob 30, carol 10 BCT. SECOND, one epoch later: alice 75, bob 30, carol 15, dave 20 BCT.
library Roots {
    bytes32 internal constant FIRST = 0x6c007a9ada53dab08a552bf3408f74398e89f9f8b9f211792a7ac404844effab;
    bytes32 internal constant SECOND = 0x3ee7fc5c834dcb08f49a87acb86230b1bfb2167827980bea9887aee53b9f53a7;
    /// the two leaves of FIRST that share a parent, smaller first: carol's and alice's
    bytes32 internal constant CAROL_LEAF = 0x1bbf98123cb92813f0de288cdfd11e6505a2f15ea8e5185ce6f0fc305248e1bd;
    bytes32 internal constant ALICE_LEAF = 0x15002376c66402478a78132573a0318875b0b434c04644af2060c59bf38943f7;
    bytes32 internal constant BOB_LEAF = 0x5ecd2e932a0f2dbefc186a090c742c75093aa98f5b98a67f4a22f1de1d478fbd;

    function aliceInFirst() internal pure returns (bytes32[] memory) {
        return _proof(CAROL_LEAF, BOB_LEAF);
    }

    function bobInFirst() internal pure returns (bytes32[] memory proof) {
        proof = new bytes32[](1);
        proof[0] = 0x147af9b82d475c69106a802f12eb7b7a6374fb53d5306d8d16bb6c82641b553b;
    }

    function carolInFirst() internal pure returns (bytes32[] memory) {
        return _proof(ALICE_LEAF, BOB_LEAF);
    }

    function aliceInSecond() internal pure returns (bytes32[] memory) {
        return _proof(BOB_LEAF, 0xfda5c4d4d977f3c633ec3aabde48914a92e63f6bda26e5f70d0ad9b6b9a3da02);
    }

    function bobInSecond() internal pure returns (bytes32[] memory) {
        return _proof(
            0x079b97720549cebf6f44f268d063a8499615f0c72217932b74546698bd4ffc0e,
            0xfda5c4d4d977f3c633ec3aabde48914a92e63f6bda26e5f70d0ad9b6b9a3da02
        );
    }

    function carolInSecond() internal pure returns (bytes32[] memory) {
        return _proof(
            0xd17945b44a49d0045d3af4637e4d6983ccf5c908a3f1f13a0984bee24680f2a8,
            0xf6a38eb0380dba1f691fd708df6375a17ad9beba2513163544d14e99b7c81119
        );
    }

    function daveInSecond() internal pure returns (bytes32[] memory) {
        return _proof(
            0xb8327fb3fc585140082e589e1c8698433d2c88f9d7325e2582c0a090b7930169,
            0xf6a38eb0380dba1f691fd708df6375a17ad9beba2513163544d14e99b7c81119
        );
    }

    function _proof(bytes32 first, bytes32 second) private pure returns (bytes32[] memory proof) {
        proof = new bytes32[](2);
        (proof[0], proof[1]) = (first, second);
    }
}
