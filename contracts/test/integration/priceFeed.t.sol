// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAggregatorV3, IPriceFeed} from "contracts/src/interfaces/IPriceFeed.sol";
import {PriceFeed} from "contracts/src/PriceFeed.sol";
import {Base} from "contracts/test/Base.t.sol";

contract PriceFeedTest is Base {
    PriceFeed private _feed;

    function setUp() public override {
        super.setUp();
        _feed = network.priceFeed;
        skip(1 hours); // the average is 2.00 all along
    }

    function test_KnowsAPriceFromItsFirstBlockOn() external {
        assertEq(_feed.lastGoodPrice(), PRICE);
    }

    function test_AcceptsAFreshAnswerOnce() external {
        _answer(2.1e8, block.timestamp - 60);
        vm.expectEmit(address(_feed));
        emit IPriceFeed.PriceAccepted(2.1e8, block.timestamp - 60);
        _feed.acceptPrice();
        vm.recordLogs();
        assertEq(_feed.lastGoodPrice(), 2.1e8);
        assertEq(vm.getRecordedLogs().length, 0);
    }

    function test_SellsAtTheAnswerWhenItFell() external {
        _answer(1.5e8, block.timestamp);
        assertEq(_feed.previewPrice(), 1.5e8);
        assertEq(_feed.acceptPrice(), 1.5e8);
    }

    function test_SellsAtTheAverageWhenItRose() external {
        _answer(3e8, block.timestamp);
        assertEq(_feed.acceptPrice(), 2e8);
        skip(10 minutes);
        _answer(3e8, block.timestamp);
        // 20 minutes at 2.00 and 10 at 3.00
        assertEq(_feed.previewPrice(), 233_333_333);
        skip(20 minutes);
        _answer(3e8, block.timestamp);
        assertEq(_feed.acceptPrice(), 3e8);
    }

    function test_ValuesBurnsAtTheAnswerItself() external {
        _answer(3e8, block.timestamp);
        assertEq(_feed.lastGoodPrice(), 3e8);
    }

    function test_IsStaleAfterTenMinutes() external {
        _answer(2.1e8, block.timestamp - 600);
        assertEq(_feed.previewPrice(), 2e8);
        _refuses(2.1e8, block.timestamp - 601, IPriceFeed.PriceFeed_Stale.selector);
        vm.expectRevert(abi.encodeWithSelector(IPriceFeed.PriceFeed_Stale.selector, block.timestamp - 601, 600));
        _feed.acceptPrice();
    }

    function test_RefusesAnswersFromTheFuture() external {
        _refuses(2.1e8, block.timestamp + 1, IPriceFeed.PriceFeed_Stale.selector);
        _refuses(2.1e8, type(uint256).max, IPriceFeed.PriceFeed_Stale.selector);
    }

    function test_RefusesZeroNegativeAndWildAnswers() external {
        bytes4 refusal = IPriceFeed.PriceFeed_OutOfBand.selector;
        _refuses(0, block.timestamp, refusal);
        _refuses(-1, block.timestamp, refusal);
        _refuses(type(int256).min, block.timestamp, refusal);
        _refuses(type(int256).max, block.timestamp, refusal);
        _refuses(1e6 - 1, block.timestamp, refusal);
        _refuses(100e8 + 1, block.timestamp, refusal);
        vm.expectRevert(abi.encodeWithSelector(refusal, int256(100e8 + 1), 1e6, 100e8));
        _feed.acceptPrice();
    }

    function test_AcceptsTheEndsOfTheBand() external {
        _answer(1e6, block.timestamp);
        assertEq(_feed.lastGoodPrice(), 1e6);
        _answer(100e8, block.timestamp);
        assertEq(_feed.lastGoodPrice(), 100e8);
    }

    function test_SurvivesAFeedThatRevertsOrMumbles() external {
        bytes memory question = abi.encodeCall(IAggregatorV3.latestRoundData, ());
        address source = address(network.reportedFeed);
        vm.mockCallRevert(source, question, "out of order");
        assertEq(_feed.lastGoodPrice(), PRICE);
        vm.expectRevert(IPriceFeed.PriceFeed_Silent.selector);
        _feed.previewPrice();
        vm.clearMockedCalls();
        vm.mockCall(source, question, abi.encode(uint256(1), int256(2e8)));
        assertEq(_feed.lastGoodPrice(), PRICE);
        vm.expectRevert(IPriceFeed.PriceFeed_Silent.selector);
        _feed.acceptPrice();
    }

    function test_SurvivesRoundIdsThatDoNotFit() external {
        bytes memory question = abi.encodeCall(IAggregatorV3.latestRoundData, ());
        uint256 wide = type(uint256).max;
        bytes memory round = abi.encode(wide, int256(1.9e8), wide, block.timestamp, wide);
        vm.mockCall(address(network.reportedFeed), question, round);
        assertEq(_feed.lastGoodPrice(), 1.9e8);
    }

    function test_RefusesABandThatMakesNoSense() external {
        _refusesBand(0, 1, 1);
        _refusesBand(2, 1, 1);
        _refusesBand(1, 1, 0);
    }

    function test_RefusesToStartWithoutAFreshPrice() external {
        IAggregatorV3 source = network.reportedFeed;
        vm.expectRevert(abi.encodeWithSelector(IPriceFeed.PriceFeed_Stale.selector, START, 600));
        new PriceFeed(source, 1e6, 100e8, 600);
        vm.expectRevert(abi.encodeWithSelector(IPriceFeed.PriceFeed_OutOfBand.selector, int256(2e8), 3e8, 4e8));
        new PriceFeed(source, 3e8, 4e8, 1 days);
    }

    function test_RefusesAFeedOfOtherDecimals() external {
        address source = address(network.reportedFeed);
        vm.mockCall(source, abi.encodeCall(IAggregatorV3.decimals, ()), abi.encode(uint8(18)));
        vm.expectRevert(abi.encodeWithSelector(IPriceFeed.PriceFeed_BadDecimals.selector, 18));
        new PriceFeed(IAggregatorV3(source), 1e6, 100e8, 600);
    }

    /// Nothing that can be bought, but what is burned still has a value.
    function _refuses(int256 answer, uint256 updatedAt, bytes4 refusal) private {
        _answer(answer, updatedAt);
        vm.expectPartialRevert(refusal);
        _feed.previewPrice();
        vm.expectPartialRevert(refusal);
        _feed.acceptPrice();
        assertEq(_feed.lastGoodPrice(), PRICE);
    }

    function _refusesBand(uint64 minPrice, uint64 maxPrice, uint32 maxAge) private {
        IAggregatorV3 source = network.reportedFeed;
        vm.expectRevert(abi.encodeWithSelector(IPriceFeed.PriceFeed_BadBand.selector, minPrice, maxPrice, maxAge));
        new PriceFeed(source, minPrice, maxPrice, maxAge);
    }
}
