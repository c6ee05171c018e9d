// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {IComputeToken} from "contracts/src/interfaces/IComputeToken.sol";

/// @title BCT; see {IComputeToken}
contract ComputeToken is IComputeToken, ERC20, ERC20Burnable, ERC20Permit, AccessManaged {
    /// @param manager decides who may mint: nobody until a role is bound to `mint`
    /// @param treasury holds the genesis supply
    /// @param genesisSupply BCT, 18 decimals
    constructor(address manager, address treasury, uint256 genesisSupply)
        ERC20("Berkeley Compute Token", "BCT")
        ERC20Permit("Berkeley Compute Token")
        AccessManaged(manager)
    {
        _mint(treasury, genesisSupply);
    }

    /// @inheritdoc IComputeToken
    function mint(address to, uint256 amount) external restricted {
        _mint(to, amount);
    }
}
