// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title No more is minted than was burned
/// @notice Any number of epochs: use burns DC worth BCT, an epoch closes with a budget, is committed and vetoed any number
/// of times, and is finalised at most once. With κ = 1.
contract Cap {
    uint256 private _burnedInEpoch;
    uint256 private _burned;
    uint256 private _budget;
    uint256 private _committed;
    bool private _isClosed;
    bool private _isCommitted;
    uint256 private _budgets;
    uint256 private _minted;

    function recordUse(uint128 bctEquivalent) external {
        require(!_isClosed);
        _burnedInEpoch += bctEquivalent;
    }

    function closeEpoch(uint128 schedule, uint128 reEmission) external {
        require(!_isClosed);
        uint256 wanted = uint256(schedule) + reEmission;
        _budget = wanted < _burnedInEpoch ? wanted : _burnedInEpoch;
        _isClosed = true;
    }

    function commit(uint256 total) external {
        require(_isClosed && !_isCommitted && total <= _budget);
        (_committed, _isCommitted) = (total, true);
    }

    function veto() external {
        require(_isCommitted);
        (_committed, _isCommitted) = (0, false);
    }

    function finalizeEpoch() external {
        require(_isCommitted);
        _minted += _committed;
        _budgets += _budget;
        _burned += _burnedInEpoch;
        (_burnedInEpoch, _budget, _committed) = (0, 0, 0);
        (_isClosed, _isCommitted) = (false, false);
    }

    function mintedNeverPassesTheBudgets() external view {
        assert(_minted <= _budgets);
    }

    function budgetsNeverPassWhatWasBurned() external view {
        assert(_budgets <= _burned);
    }

    function anOpenCommitFitsItsBudget() external view {
        assert(_committed <= _budget && _budget <= _burnedInEpoch);
    }
}
