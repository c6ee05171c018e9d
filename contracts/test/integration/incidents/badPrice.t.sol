// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPriceFeed} from "contracts/src/interfaces/IPriceFeed.sol";
import {SlotBase} from "contracts/test/SlotBase.sol";

/// Venus and Blizz, May 2022: a feed that was stale or clamped was believed. Here it stops the buying of DC, and nothing
/// else. Each test spends an hour of on-demand, an hour of spot and an hour of a slot.
contract BadPriceTest is SlotBase {
    uint256 private _spotGpu;
    uint256 private _slotGpu;
    uint256 private _rentalId;
    uint256 private _slotId;

    function setUp() public override {
        super.setUp();
        _spotGpu = _mintGpu(poolId, "gpu 2");
        _slotGpu = _mintGpu(poolId, "gpu 3");
        _rentalId = _rentOnDemand(alice, 250e6);
        _slotId = _reserveOn(_slotGpu, bob, HOUR, 4);
        _giveBct(alice, 1e18);
    }

    function test_StopsBuyingOnlyWhenStale() external {
        skip(601);
        _buyingIsRefused(abi.encodeWithSelector(IPriceFeed.PriceFeed_Stale.selector, START, 600));
        _allElseGoesOn();
    }

    function test_StopsBuyingOnlyWhenZero() external {
        _answersInsane(0);
    }

    function test_StopsBuyingOnlyWhenNegative() external {
        _answersInsane(-2e8);
    }

    function test_StopsBuyingOnlyWhenWildlyHigh() external {
        _answersInsane(type(int256).max);
    }

    function test_StopsBuyingOnlyWhenBelowTheBand() external {
        _answersInsane(1e6 - 1);
    }

    function test_StopsBuyingOnlyWhenSilent() external {
        vm.mockCallRevert(
            address(network.reportedFeed), abi.encodeCall(network.reportedFeed.latestRoundData, ()), "gone"
        );
        _buyingIsRefused(abi.encodeWithSelector(IPriceFeed.PriceFeed_Silent.selector));
        _allElseGoesOn();
    }

    function _answersInsane(int256 answer) private {
        _answer(answer, START);
        _buyingIsRefused(abi.encodeWithSelector(IPriceFeed.PriceFeed_OutOfBand.selector, answer, 1e6, 100e8));
        _allElseGoesOn();
    }

    function _buyingIsRefused(bytes memory refusal) private {
        vm.startPrank(alice);
        vm.expectRevert(refusal);
        network.credits.mintFor(alice, 1e18, 0, 0);
        vm.expectRevert(refusal);
        network.credits.mintExactFor(alice, 1e6, 1e18, 0);
        vm.stopPrank();
    }

    function _allElseGoesOn() private {
        vm.warp(START + 1800);
        vm.startPrank(alice);
        network.market.rentSpot(_spotGpu, 2 * SPOT_RATE, SPOT_RATE);
        network.market.topUp(_rentalId, 1e6);
        network.slots.reserve(_spotGpu, HOUR + 8, 2, RATE);
        vm.stopPrank();
        _checkIn(bob, _slotId);
        uint256 partId = _split(bob, _slotId, HOUR + 2);
        vm.prank(bob);
        network.slots.merge(_slotId, partId);

        vm.warp(START + 3600);
        assertEq(network.market.settle(_rentalId), 2_500_000);
        vm.prank(bob);
        network.slots.transferFrom(bob, alice, _slotId);
        vm.warp(START + 5400);
        vm.startPrank(alice);
        network.market.end(_rentalId + 1);
        network.market.end(_rentalId);
        vm.stopPrank();
        // 2.50 and 1.25 of on-demand, 1.250001 of spot, 2.50 of the slot: at 2 USD
        assertEq(network.rewards.burnedIn(0), 7_500_001);
        assertEq(network.rewards.bctEquivalentIn(0), 3.7500005e18);
        assertEq(network.credits.escrowed(), 7_500_000 + 5e6);
    }
}
