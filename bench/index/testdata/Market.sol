// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

/// Emits trades that follow from their number alone, so that every run of the benchmark has the same chain.
contract Market {
    event Trade(address indexed account, uint256 indexed pool, uint256 amount, uint256 price);

    uint256 private constant ACCOUNTS = 20_100;
    uint256 private constant POOLS = 50;

    /// Emits trades `first` to `first + count - 1`.
    function trade(uint256 first, uint256 count) external {
        for (uint256 number = first; number < first + count; number++) {
            uint256 seed = uint256(keccak256(abi.encode(number)));
            address account = address(uint160(uint256(keccak256(abi.encode("account", seed % ACCOUNTS)))));
            emit Trade(account, (seed >> 32) % POOLS, 1e15 + ((seed >> 64) % 1e24), 1 + ((seed >> 160) % 1e12));
        }
    }
}
