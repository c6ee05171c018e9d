// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title What use costs and how long money lasts are each other's inverse
/// @notice The arithmetic of UsageMath, whose own code SMTChecker can't read (it has assembly beneath).
contract Usage {
    function whatIsPaidForIsNeverOwedBeyondTheMoney(uint64 rate, uint128 amountDc) external pure {
        require(rate > 0);
        uint256 paidSeconds = uint256(amountDc) * 3600 / rate;
        assert(_owedDcUp(rate, paidSeconds) <= amountDc);
    }

    function oneSecondMoreWouldOweMore(uint64 rate, uint128 amountDc) external pure {
        require(rate > 0);
        uint256 paidSeconds = uint256(amountDc) * 3600 / rate;
        assert(_owedDcUp(rate, paidSeconds + 1) > amountDc);
    }

    function useIsNeverFree(uint64 rate, uint64 duration) external pure {
        require(rate > 0 && duration > 0);
        assert(_owedDcUp(rate, duration) > 0);
    }

    /// `before` and `more` are the rate times seconds.
    function laterNeverOwesLess(uint128 before, uint128 more) external pure {
        assert(_toDcUp(before) <= _toDcUp(uint256(before) + more));
    }

    function _owedDcUp(uint256 rate, uint256 duration) private pure returns (uint256) {
        return _toDcUp(rate * duration);
    }

    function _toDcUp(uint256 rateTimesSeconds) private pure returns (uint256) {
        return (rateTimesSeconds + 3599) / 3600;
    }
}
