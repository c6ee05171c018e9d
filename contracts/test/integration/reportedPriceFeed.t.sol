// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IReportedPriceFeed} from "contracts/src/interfaces/IPriceFeed.sol";
import {ReportedPriceFeed} from "contracts/src/ReportedPriceFeed.sol";
import {Base} from "contracts/test/Base.t.sol";

contract ReportedPriceFeedTest is Base {
    ReportedPriceFeed private _feed;

    function setUp() public override {
        super.setUp();
        _feed = network.reportedFeed;
        skip(60);
    }

    function test_BeginsWithTheDeployersPrice() external view {
        _assertRound(1, 2e8, START);
        assertEq(_feed.decimals(), 8);
        assertEq(_feed.version(), 1);
        assertEq(_feed.description(), "BCT / USD, median of reporters");
        assertEq(_feed.reporters(), reporters);
        assertEq(_feed.quorum(), 3);
    }

    function test_AnswersOnceAQuorumHasReported() external {
        vm.expectEmit(address(_feed));
        emit IReportedPriceFeed.PriceReported(reporters[0], 2.1e8);
        _reportAs(0, 2.1e8);
        _reportAs(4, 2.14e8);
        _assertRound(1, 2e8, START);

        // of three, the one in the middle
        vm.expectEmit(address(_feed));
        emit IReportedPriceFeed.AnswerUpdated(2.1e8, 2, block.timestamp);
        _reportAs(2, 2e8 + 1);
        _assertRound(2, 2.1e8, START + 60);

        // of four, the mean of the two in the middle, rounded down
        _reportAs(1, 2.02e8 + 1);
        _assertRound(3, 2.06e8, START + 60);
        // a reporter's later word replaces its earlier one
        _reportAs(1, 2.15e8);
        _assertRound(4, 2.12e8, START + 60);
    }

    function test_KeepsEarlierRounds() external {
        _report(2.1e8);
        (uint80 id, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredIn) = _feed.getRoundData(1);
        assertEq(id, 1);
        assertEq(answer, 2e8);
        assertEq(startedAt, START);
        assertEq(updatedAt, START);
        assertEq(answeredIn, 1);
        vm.expectRevert(abi.encodeWithSelector(IReportedPriceFeed.ReportedPriceFeed_NoRound.selector, 3));
        _feed.getRoundData(3);
        vm.expectRevert(abi.encodeWithSelector(IReportedPriceFeed.ReportedPriceFeed_NoRound.selector, 0));
        _feed.getRoundData(0);
    }

    function test_ForgetsReportsAfterTenMinutes() external {
        _reportAs(0, 2.1e8);
        skip(600);
        _reportAs(1, 2.1e8);
        _reportAs(2, 2.1e8);
        _assertRound(2, 2.1e8, START + 660);
        skip(601);
        _reportAs(3, 2.2e8);
        _reportAs(4, 2.2e8);
        _assertRound(2, 2.1e8, START + 660);
    }

    function test_MovesATenthAtMostPerStepInterval() external {
        _report(9e8);
        _assertRound(2, 2.2e8, START + 60);
        // however often they report within the minute
        skip(59);
        _report(9e8);
        _assertRound(5, 2.2e8, START + 119);
        skip(1);
        _report(9e8);
        _assertRound(8, 2.42e8, START + 120);
        // down as well, from where the interval began
        _report(1);
        (, int256 answer,,,) = _feed.latestRoundData();
        assertEq(answer, 1.98e8);
    }

    /// One liar can only choose between what honest reporters say, however few of them speak.
    function test_LetsNoSingleReporterSetThePrice() external {
        _reportAs(4, type(uint96).max);
        _reportAs(0, 2.01e8);
        (, int256 answer,,,) = _feed.latestRoundData();
        assertEq(answer, 2e8, "of two");
        _reportAs(1, 2.02e8);
        (, answer,,,) = _feed.latestRoundData();
        assertEq(answer, 2.02e8, "of three");
        _reportAs(2, 2.03e8);
        (, answer,,,) = _feed.latestRoundData();
        assertEq(answer, 2.025e8, "of four");
        _reportAs(4, 1);
        (, answer,,,) = _feed.latestRoundData();
        assertEq(answer, 2.015e8, "of four, lying low");
    }

    function test_RefusesStrangersAndPricesThatCannotBe() external {
        vm.expectRevert(abi.encodeWithSelector(IReportedPriceFeed.ReportedPriceFeed_NotReporter.selector, stranger));
        vm.prank(stranger);
        _feed.report(2e8);
        vm.startPrank(reporters[0]);
        vm.expectRevert(abi.encodeWithSelector(IReportedPriceFeed.ReportedPriceFeed_BadPrice.selector, 0));
        _feed.report(0);
        vm.expectRevert(abi.encodeWithSelector(IReportedPriceFeed.ReportedPriceFeed_BadPrice.selector, 1 << 96));
        _feed.report(1 << 96);
    }

    function test_HasItsReportersReplaced() external {
        _reportAs(0, 2.1e8);
        address[] memory next = new address[](1);
        next[0] = stranger;
        vm.expectEmit(address(_feed));
        emit IReportedPriceFeed.ReportersSet(next, 1);
        vm.prank(admin);
        _feed.setReporters(next, 1);
        assertEq(_feed.reporters(), next);
        assertEq(_feed.quorum(), 1);

        vm.expectRevert(abi.encodeWithSelector(IReportedPriceFeed.ReportedPriceFeed_NotReporter.selector, reporters[0]));
        _reportAs(0, 2e8);
        // the report of the one who left doesn't count any more
        vm.prank(stranger);
        _feed.report(2.05e8);
        _assertRound(2, 2.05e8, START + 60);
    }

    function test_RefusesReportersWhoCannotAgree() external {
        vm.startPrank(admin);
        _refusesReporters(new address[](0), 0);
        _refusesReporters(reporters, 0);
        _refusesReporters(reporters, 6);
        // two of several: their mean follows one liar anywhere
        _refusesReporters(reporters, 1);
        _refusesReporters(reporters, 2);
        _refusesReporters(new address[](16), 3);
        address[] memory twice = new address[](3);
        (twice[0], twice[1], twice[2]) = (owner, stranger, stranger);
        _refusesReporters(twice, 3);
    }

    function test_RefusesLimitsThatMakeNoSense() external {
        _refusesLimits(0, 1, 1);
        _refusesLimits(10_000, 1, 1);
        _refusesLimits(1, 0, 1);
        _refusesLimits(1, 1, 0);
    }

    function _reportAs(uint256 reporter, uint256 price) private {
        vm.prank(reporters[reporter]);
        _feed.report(price);
    }

    function _assertRound(uint80 roundId, int256 price, uint256 time) private view {
        (uint80 id, int256 answer,, uint256 updatedAt,) = _feed.latestRoundData();
        assertEq(id, roundId, "round");
        assertEq(answer, price, "answer");
        assertEq(updatedAt, time, "time");
    }

    function _refusesReporters(address[] memory next, uint256 quorum) private {
        vm.expectRevert(
            abi.encodeWithSelector(IReportedPriceFeed.ReportedPriceFeed_BadReporters.selector, next.length, quorum)
        );
        _feed.setReporters(next, quorum);
    }

    function _refusesLimits(uint16 maxStepBps, uint32 stepInterval, uint32 maxReportAge) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                IReportedPriceFeed.ReportedPriceFeed_BadLimits.selector, maxStepBps, stepInterval, maxReportAge
            )
        );
        new ReportedPriceFeed(admin, reporters, 3, PRICE, maxStepBps, stepInterval, maxReportAge);
    }
}
