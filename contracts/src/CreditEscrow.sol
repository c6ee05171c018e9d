// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IDataCredits} from "contracts/src/interfaces/IDataCredits.sol";

/// @title Who holds DC, and the escrows of the two keepers; see {IDataCredits}
/// @dev Spending is here and minting isn't: nothing in this file reads a price or can be paused.
abstract contract CreditEscrow is IDataCredits, AccessManaged {
    /// @dev One word, the only one that a burn touches.
    struct Keeper {
        bool isKeeper;
        uint120 escrowed;
        /// in all
        uint128 burned;
    }

    address private _market;
    address private _slots;
    mapping(address account => Keeper) private _keepers;
    /// @inheritdoc IDataCredits
    mapping(address account => uint256) public override balanceOf;
    /// @inheritdoc IDataCredits
    mapping(address holder => mapping(address spender => uint256)) public override spenderAllowance;

    /// @inheritdoc IDataCredits
    function setSpender(address spender, uint256 amount) external {
        spenderAllowance[msg.sender][spender] = amount;
        emit SpenderSet(msg.sender, spender, amount);
    }

    /// @inheritdoc IDataCredits
    function escrow(address holder, address spender, uint256 amount) external {
        Keeper storage keeper = _requireKeeper();
        uint256 balance = balanceOf[holder];
        if (balance < amount) revert DataCredits_Insufficient(holder, balance, amount);
        if (spender != holder) {
            uint256 allowed = spenderAllowance[holder][spender];
            if (allowed < amount) revert DataCredits_OverAllowance(holder, spender, allowed, amount);
            spenderAllowance[holder][spender] = allowed - amount;
        }
        balanceOf[holder] = balance - amount;
        keeper.escrowed += SafeCast.toUint120(amount);
        emit CreditsEscrowed(msg.sender, holder, spender, amount);
    }

    /// @inheritdoc IDataCredits
    function release(address holder, uint256 amount) external {
        Keeper storage keeper = _requireKeeper();
        keeper.escrowed = _escrowLess(keeper, amount);
        balanceOf[holder] += amount;
        emit CreditsReturned(msg.sender, holder, amount);
    }

    /// @inheritdoc IDataCredits
    function burnEscrowed(uint256 amount) external {
        Keeper storage keeper = _requireKeeper();
        keeper.escrowed = _escrowLess(keeper, amount);
        keeper.burned += SafeCast.toUint128(amount);
        emit CreditsBurned(msg.sender, amount);
    }

    /// @inheritdoc IDataCredits
    function setKeepers(address market, address slots) external restricted {
        if (_market != address(0)) revert DataCredits_KeepersSet(_market, _slots);
        if (market == address(0) || slots == address(0) || market == slots) {
            revert DataCredits_BadKeepers(market, slots);
        }
        (_market, _slots) = (market, slots);
        _keepers[market].isKeeper = true;
        _keepers[slots].isKeeper = true;
        emit KeepersSet(market, slots);
    }

    /// @inheritdoc IDataCredits
    function keepers() external view returns (address market, address slots) {
        return (_market, _slots);
    }

    /// @inheritdoc IDataCredits
    function escrowed() external view returns (uint256) {
        return uint256(_keepers[_market].escrowed) + _keepers[_slots].escrowed;
    }

    /// @inheritdoc IDataCredits
    function escrowOf(address keeper) external view returns (uint256) {
        return _keepers[keeper].escrowed;
    }

    /// @dev DC burned for use, in all.
    function _burned() internal view returns (uint256 amountDc) {
        return uint256(_keepers[_market].burned) + _keepers[_slots].burned;
    }

    function _requireKeeper() private view returns (Keeper storage keeper) {
        keeper = _keepers[msg.sender];
        if (!keeper.isKeeper) revert DataCredits_NotKeeper(msg.sender);
    }

    /// @dev What a keeper's escrow holds without `amount`.
    function _escrowLess(Keeper storage keeper, uint256 amount) private view returns (uint120) {
        uint120 held = keeper.escrowed;
        if (amount > held) revert DataCredits_EscrowShort(msg.sender, held, amount);
        return held - SafeCast.toUint120(amount);
    }
}
