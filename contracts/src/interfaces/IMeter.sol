// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title What turns use into burned DC: the market for rentals, the time slots for reserved hours
interface IMeter {
    /// @notice Use was paid: `amountDc` burned for the time `[fromTime, toTime)`.
    /// The times of one source's settlements follow each other without overlap; those of a rental without a gap, those of a
    /// slot but for hours that were refunded. What is left between the last one and the end was paid by the rounding before.
    /// @param sourceId the rental (emitted by the market) or the slot (emitted by the time slots)
    /// @param payer the rental's customer, the slot's holder
    /// @param bctEquivalent BCT (18 decimals) that the DC were worth at the feed's price or its last good one
    /// @param epoch the epoch of this block
    event UsageSettled(
        uint256 indexed sourceId,
        uint256 indexed gpuId,
        uint256 indexed poolId,
        uint256 operatorId,
        address payer,
        uint256 amountDc,
        uint256 bctEquivalent,
        uint64 fromTime,
        uint64 toTime,
        uint256 epoch
    );
}
