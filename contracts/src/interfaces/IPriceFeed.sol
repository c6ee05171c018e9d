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
/// the spending: the last good price values what is burned. The 30-minute average is of the answers accepted here: anyone
/// may call `acceptPrice` to keep it dense; each mint and each settlement does.
interface IPriceFeed {
    /// @notice A fresh answer became the last good price; an unchanged one isn't told again. USD per BCT, 8 decimals.
    event PriceAccepted(uint256 price, uint256 updatedAt);

    /// @notice The feed's answer is too old.
    error PriceFeed_Stale(uint256 updatedAt, uint256 maxAge);
    /// @notice The feed's answer is outside the band, zero or negative.
    error PriceFeed_OutOfBand(int256 answer, uint256 min, uint256 max);
    /// @notice The feed doesn't answer.
    error PriceFeed_Silent();
    /// @notice Band or age make no sense.
    error PriceFeed_BadBand(uint256 min, uint256 max, uint256 maxAge);
    /// @notice The feed doesn't answer with 8 decimals.
    error PriceFeed_BadDecimals(uint8 decimals);

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
    /// @notice These report from now on, and so many of them make an answer.
    event ReportersSet(address[] reporters, uint256 quorum);

    /// @notice `account` isn't a reporter.
    error ReportedPriceFeed_NotReporter(address account);
    /// @notice A price of zero or above 2^96.
    error ReportedPriceFeed_BadPrice(uint256 price);
    /// @notice No reporters, too many, a duplicate, or a quorum that they can't reach or one of them could deceive: several
    /// reporters need a quorum of at least 3.
    error ReportedPriceFeed_BadReporters(uint256 reporters, uint256 quorum);
    /// @notice A step of nothing or of everything, or a time of zero.
    error ReportedPriceFeed_BadLimits(uint256 maxStepBps, uint256 stepInterval, uint256 maxReportAge);
    /// @notice No such round.
    error ReportedPriceFeed_NoRound(uint80 roundId);

    /// @notice Reports a price. When a quorum of fresh reports stands, their median becomes the answer. However often it is
    /// called, the answer stays within `maxStepBps` of the answer with which the running step interval began.
    function report(uint256 price) external;

    /// @notice Replaces the reporters. By the access manager's admin. Reports of those that stay still count.
    function setReporters(address[] calldata reporters, uint256 quorum) external;

    /// @notice Who may report.
    function reporters() external view returns (address[] memory);

    /// @notice How many fresh reports make an answer.
    function quorum() external view returns (uint256);
}
