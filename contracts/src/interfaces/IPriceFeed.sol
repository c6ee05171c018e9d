// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The five functions of a Chainlink-style price feed
interface IAggregatorV3 {
    function decimals() external view returns (uint8);
    function description() external view returns (string memory);
    function version() external view returns (uint256);
    function getRoundData(uint80 roundId)
        external
        view
        returns (uint80 id, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound);
    function latestRoundData()
        external
        view
        returns (uint80 id, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound);
}

/// @title BCT/USD as the network uses it
/// @notice A price is fresh if it is recent, positive and inside a sane band. A stale price stops the buying of DC, never
/// the spending: the last good price values what is burned.
interface IPriceFeed {
    /// @notice A fresh answer became the last good price. USD per BCT, 8 decimals.
    event PriceAccepted(uint256 price, uint256 updatedAt);

    /// @notice The feed's answer is too old.
    error PriceFeed_Stale(uint256 updatedAt, uint256 maxAge);
    /// @notice The feed's answer is outside the band, zero or negative.
    error PriceFeed_OutOfBand(int256 answer, uint256 min, uint256 max);
    /// @notice The feed doesn't answer.
    error PriceFeed_Silent();
    /// @notice Band or age make no sense.
    error PriceFeed_BadBand(uint256 min, uint256 max, uint256 maxAge);

    /// @notice Reads the feed, keeps a fresh answer as the last good price and returns the price for selling DC: the lower
    /// of the answer and its 30-minute average. Reverts if the answer isn't fresh. USD per BCT, 8 decimals.
    function acceptPrice() external returns (uint256 price);

    /// @notice The price for valuing burns: the feed's answer if fresh, else the last good price. Never reverts.
    function lastGoodPrice() external returns (uint256 price);

    /// @notice The price that `acceptPrice` would return now. Reverts likewise.
    function previewPrice() external view returns (uint256 price);
}

/// @title A feed for tokens that have none: k-of-n median of reporters with a bounded step per update
interface IReportedPriceFeed is IAggregatorV3 {
    /// @notice A reporter spoke. USD per BCT, 8 decimals.
    event PriceReported(address indexed reporter, uint256 price);
    /// @notice The median of fresh reports became the answer of a new round.
    event AnswerUpdated(int256 indexed current, uint256 indexed roundId, uint256 updatedAt);

    /// @notice `account` isn't a reporter.
    error ReportedPriceFeed_NotReporter(address account);
    /// @notice A price of zero or above 2^96.
    error ReportedPriceFeed_BadPrice(uint256 price);
    /// @notice No reporters, too many, a duplicate, or a quorum that they can't reach.
    error ReportedPriceFeed_BadReporters(uint256 reporters, uint256 quorum);

    /// @notice Reports a price. When a quorum of fresh reports stands, their median becomes the answer, moved at most by the
    /// largest step from the one before.
    function report(uint256 price) external;
}
