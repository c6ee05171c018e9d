// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Splitting and merging a slot
/// @notice Hours and escrow are neither made nor lost, whatever the order of splits, merges and burns.
contract SlotSplit {
    uint256 private _hours;
    uint256 private _escrow;
    uint256 private immutable BOUGHT_HOURS;
    uint256 private immutable PAID;
    // what other parts of the same slot hold
    uint256 private _otherHours;
    uint256 private _otherEscrow;
    uint256 private _burned;

    constructor(uint32 boughtHours, uint128 paid) {
        require(boughtHours > 0);
        (BOUGHT_HOURS, PAID) = (boughtHours, paid);
        (_hours, _escrow) = (boughtHours, paid);
    }

    function split(uint256 part) external {
        require(part > 0 && part < _hours);
        uint256 moved = _escrow * part / _hours;
        _hours -= part;
        _escrow -= moved;
        _otherHours += part;
        _otherEscrow += moved;
    }

    function merge() external {
        _hours += _otherHours;
        _escrow += _otherEscrow;
        (_otherHours, _otherEscrow) = (0, 0);
    }

    function burn(uint256 amount) external {
        require(amount <= _escrow);
        _escrow -= amount;
        _burned += amount;
    }

    function hoursAreConserved() external view {
        assert(_hours + _otherHours == BOUGHT_HOURS);
    }

    function escrowIsConserved() external view {
        assert(_escrow + _otherEscrow + _burned == PAID);
    }
}
