// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IAggregatorV3, IPriceFeed} from "contracts/src/interfaces/IPriceFeed.sol";
import {PriceAverage} from "contracts/src/libraries/PriceAverage.sol";

/// @title BCT/USD with its guards; see {IPriceFeed}
contract PriceFeed is IPriceFeed {
    using PriceAverage for PriceAverage.History;

    enum Verdict {
        FRESH,
        SILENT,
        STALE,
        OUT_OF_BAND
    }

    IAggregatorV3 public immutable FEED;
    /// the band, USD per BCT with 8 decimals
    uint256 public immutable MIN_PRICE;
    uint256 public immutable MAX_PRICE;
    /// seconds
    uint256 public immutable MAX_AGE;

    PriceAverage.History private _history;

    /// @param feed must answer freshly at once, so that there is a last good price from the first block on
    /// @param maxAge seconds after which an answer is stale
    constructor(IAggregatorV3 feed, uint64 minPrice, uint64 maxPrice, uint32 maxAge) {
        if (minPrice == 0 || minPrice > maxPrice || maxAge == 0) revert PriceFeed_BadBand(minPrice, maxPrice, maxAge);
        if (feed.decimals() != 8) revert PriceFeed_BadDecimals(feed.decimals());
        FEED = feed;
        MIN_PRICE = minPrice;
        MAX_PRICE = maxPrice;
        MAX_AGE = maxAge;
        (int256 answer, uint256 updatedAt) = _requireFresh();
        _history.start(_toPrice(answer), uint48(block.timestamp));
        emit PriceAccepted(_toPrice(answer), updatedAt);
    }

    /// @inheritdoc IPriceFeed
    function acceptPrice() external returns (uint256 price) {
        (int256 answer, uint256 updatedAt) = _requireFresh();
        price = _sellingPrice(answer);
        _accept(answer, updatedAt);
    }

    /// @inheritdoc IPriceFeed
    function lastGoodPrice() external returns (uint256 price) {
        (Verdict verdict, int256 answer, uint256 updatedAt) = _read();
        if (verdict == Verdict.FRESH) _accept(answer, updatedAt);
        return _history.newest.price;
    }

    /// @inheritdoc IPriceFeed
    function previewPrice() external view returns (uint256 price) {
        (int256 answer,) = _requireFresh();
        return _sellingPrice(answer);
    }

    function _accept(int256 answer, uint256 updatedAt) private {
        uint64 price = _toPrice(answer);
        if (price == _history.newest.price) return;
        _history.push(price, uint48(block.timestamp));
        emit PriceAccepted(price, updatedAt);
    }

    function _sellingPrice(int256 answer) private view returns (uint256) {
        return Math.min(_toPrice(answer), _history.averageDown(block.timestamp));
    }

    function _requireFresh() private view returns (int256 answer, uint256 updatedAt) {
        Verdict verdict;
        (verdict, answer, updatedAt) = _read();
        if (verdict == Verdict.SILENT) revert PriceFeed_Silent();
        if (verdict == Verdict.STALE) revert PriceFeed_Stale(updatedAt, MAX_AGE);
        if (verdict == Verdict.OUT_OF_BAND) revert PriceFeed_OutOfBand(answer, MIN_PRICE, MAX_PRICE);
    }

    /// @dev A low-level call, because a feed that answers too few bytes would revert even a `try`.
    function _read() private view returns (Verdict verdict, int256 answer, uint256 updatedAt) {
        (bool isAnswered, bytes memory data) = address(FEED).staticcall(abi.encodeCall(FEED.latestRoundData, ()));
        if (!isAnswered || data.length < 160) return (Verdict.SILENT, 0, 0);
        (, answer,, updatedAt,) = abi.decode(data, (uint256, int256, uint256, uint256, uint256));
        if (updatedAt > block.timestamp || block.timestamp - updatedAt > MAX_AGE) {
            verdict = Verdict.STALE;
        } else if (answer < SafeCast.toInt256(MIN_PRICE) || answer > SafeCast.toInt256(MAX_PRICE)) {
            verdict = Verdict.OUT_OF_BAND;
        }
    }

    /// @dev Inside the band, whose ends are 64 bits wide.
    function _toPrice(int256 answer) private pure returns (uint64) {
        return SafeCast.toUint64(SafeCast.toUint256(answer));
    }
}
