// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IAggregatorV3, IReportedPriceFeed} from "contracts/src/interfaces/IPriceFeed.sol";
import {Median} from "contracts/src/libraries/Median.sol";

/// @title BCT/USD by its reporters; see {IReportedPriceFeed}
contract ReportedPriceFeed is IReportedPriceFeed, AccessManaged {
    /// @dev One word each.
    struct Report {
        uint96 price;
        uint48 reportedAt;
        bool isReporter;
    }

    struct Round {
        uint96 answer;
        uint48 updatedAt;
    }

    struct State {
        uint80 roundId;
        /// the answer when the running step interval began, from which the step is measured
        uint96 anchor;
        uint48 anchoredAt;
        uint8 quorum;
    }

    uint256 public constant MAX_REPORTERS = 15;
    uint8 public constant override decimals = 8;
    uint256 public constant override version = 1;
    string public constant override description = "BCT / USD, median of reporters";

    /// how far the answer moves within one step interval, in basis points
    uint256 public immutable MAX_STEP_BPS;
    /// seconds
    uint256 public immutable STEP_INTERVAL;
    /// seconds for which a report counts
    uint256 public immutable MAX_REPORT_AGE;

    State private _state;
    address[] private _reporters;
    mapping(address account => Report) private _reports;
    mapping(uint80 roundId => Round) private _rounds;

    /// @param initialPrice the answer of round 1; whoever deploys vouches for it
    constructor(
        address manager,
        address[] memory reporters_,
        uint256 quorum_,
        uint256 initialPrice,
        uint16 maxStepBps,
        uint32 stepInterval,
        uint32 maxReportAge
    ) AccessManaged(manager) {
        if (maxStepBps == 0 || maxStepBps >= 10_000 || stepInterval == 0 || maxReportAge == 0) {
            revert ReportedPriceFeed_BadLimits(maxStepBps, stepInterval, maxReportAge);
        }
        MAX_STEP_BPS = maxStepBps;
        STEP_INTERVAL = stepInterval;
        MAX_REPORT_AGE = maxReportAge;
        _setReporters(reporters_, quorum_);
        uint96 answer = _toPrice(initialPrice);
        _state.anchor = answer;
        _state.anchoredAt = uint48(block.timestamp);
        _answer(answer);
    }

    /// @inheritdoc IReportedPriceFeed
    function report(uint256 price) external {
        Report storage own = _reports[msg.sender];
        if (!own.isReporter) revert ReportedPriceFeed_NotReporter(msg.sender);
        own.price = _toPrice(price);
        own.reportedAt = uint48(block.timestamp);
        emit PriceReported(msg.sender, price);

        uint256[] memory prices = _freshPrices();
        if (prices.length >= _state.quorum) _answer(_step(Median.medianDown(prices)));
    }

    /// @inheritdoc IReportedPriceFeed
    function setReporters(address[] calldata reporters_, uint256 quorum_) external restricted {
        _setReporters(reporters_, quorum_);
    }

    /// @inheritdoc IReportedPriceFeed
    function reporters() external view returns (address[] memory) {
        return _reporters;
    }

    /// @inheritdoc IReportedPriceFeed
    function quorum() external view returns (uint256) {
        return _state.quorum;
    }

    /// @inheritdoc IAggregatorV3
    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        return getRoundData(_state.roundId);
    }

    /// @inheritdoc IAggregatorV3
    function getRoundData(uint80 roundId)
        public
        view
        returns (uint80 id, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)
    {
        Round memory round = _rounds[roundId];
        if (round.updatedAt == 0) revert ReportedPriceFeed_NoRound(roundId);
        return (roundId, int256(uint256(round.answer)), round.updatedAt, round.updatedAt, roundId);
    }

    function _setReporters(address[] memory next, uint256 quorum_) private {
        // A median of two is their mean, which one liar moves at will; of three it is safe from one.
        bool isSafe = quorum_ >= 3 || (quorum_ == 1 && next.length == 1);
        if (!isSafe || quorum_ > next.length || next.length > MAX_REPORTERS) {
            revert ReportedPriceFeed_BadReporters(next.length, quorum_);
        }
        address[] memory previous = _reporters;
        for (uint256 i; i < previous.length; ++i) {
            _reports[previous[i]].isReporter = false;
        }
        for (uint256 i; i < next.length; ++i) {
            if (_reports[next[i]].isReporter) revert ReportedPriceFeed_BadReporters(next.length, quorum_);
            _reports[next[i]].isReporter = true;
        }
        _reporters = next;
        _state.quorum = SafeCast.toUint8(quorum_);
        emit ReportersSet(next, quorum_);
    }

    function _answer(uint96 answer) private {
        uint80 roundId = ++_state.roundId;
        _rounds[roundId] = Round({answer: answer, updatedAt: uint48(block.timestamp)});
        emit AnswerUpdated(int256(uint256(answer)), roundId, block.timestamp);
    }

    /// @dev Measured from an anchor that moves once per interval: many reports in one block can't walk the answer away.
    function _step(uint256 median) private returns (uint96) {
        State storage state = _state;
        if (block.timestamp >= state.anchoredAt + STEP_INTERVAL) {
            state.anchor = _rounds[state.roundId].answer;
            state.anchoredAt = uint48(block.timestamp);
        }
        uint256 anchor = state.anchor;
        uint256 step = anchor * MAX_STEP_BPS / 10_000;
        return SafeCast.toUint96(Math.max(anchor - step, Math.min(anchor + step, median)));
    }

    function _freshPrices() private view returns (uint256[] memory prices) {
        uint256 reporterCount = _reporters.length;
        prices = new uint256[](reporterCount);
        uint256 freshCount;
        for (uint256 i; i < reporterCount; ++i) {
            Report memory each = _reports[_reporters[i]];
            if (each.price == 0 || block.timestamp > each.reportedAt + MAX_REPORT_AGE) continue;
            prices[freshCount++] = each.price;
        }
        assembly ("memory-safe") {
            mstore(prices, freshCount)
        }
    }

    function _toPrice(uint256 price) private pure returns (uint96) {
        if (price == 0 || price > type(uint96).max) revert ReportedPriceFeed_BadPrice(price);
        return SafeCast.toUint96(price);
    }
}
