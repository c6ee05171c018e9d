// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title BCT: the network's ERC-20, 18 decimals, with permit and burning by holders
/// @notice A genesis supply goes to the treasury; after it BCT are minted only as rewards of epochs.
interface IComputeToken is IERC20 {
    /// @notice Mints `amount` to `to`. By the role that the access manager binds to it: the contract that closes epochs.
    function mint(address to, uint256 amount) external;
}
