// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title What is divided never becomes more
/// @notice The arithmetic of an epoch's settlement and of a slot's splitting, for every amount below 2^128.
contract Splits {
    /// A pool's amount among operator, GPUs used and all its GPUs.
    function aPoolsPartsAreItsAmount(uint128 amount, uint16 operatorBps, uint16 poolBps, uint16 gpuBps) external pure {
        require(uint256(operatorBps) + poolBps + gpuBps == 10_000);
        uint256 toOperator = uint256(amount) * operatorBps / 10_000;
        uint256 toUsed = uint256(amount) * gpuBps / 10_000;
        assert(toOperator + toUsed <= amount);
        uint256 toAll = amount - toOperator - toUsed;
        assert(toOperator + toUsed + toAll == amount);
        // flooring the others gives the GPUs no less than their share
        assert(toAll >= uint256(amount) * poolBps / 10_000);
    }

    /// Two parts by weight, of which the second stands for all that follow; the products are `amount` times their weights.
    /// Multiplied by the sum of weights: a solver that compares quotients of an unknown divisor gets lost.
    function partsByWeightAreNoMoreThanTheAmount(uint192 timesWeight, uint192 timesOthers, uint128 sum) external pure {
        require(sum > 0);
        uint256 parts = uint256(timesWeight / sum) * sum + uint256(timesOthers / sum) * sum;
        assert(parts <= uint256(timesWeight) + timesOthers);
    }

    /// Two who owned a GPU on one day; the products are `amount` times the seconds of each.
    function ownersOfADayGetNoMoreThanTheAmount(uint192 timesA, uint192 timesB, uint128 amount) external pure {
        require(uint256(timesA) + timesB <= uint256(amount) * 86_400);
        assert(uint256(timesA) / 86_400 + uint256(timesB) / 86_400 <= amount);
    }

    /// A slot's part takes no more than its hours' share of the escrow, so no more than all; multiplied by all hours.
    function aSlotsPartTakesNoMoreThanItsHoursShare(uint128 escrow, uint32 part, uint32 all) external pure {
        require(part < all);
        uint256 moved = uint256(escrow) * part / all;
        assert(moved * all <= uint256(escrow) * part);
    }
}
