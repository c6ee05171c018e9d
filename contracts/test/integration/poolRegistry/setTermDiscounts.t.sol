// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IOperatorRegistry} from "contracts/src/interfaces/IOperatorRegistry.sol";
import {IPoolRegistry} from "contracts/src/interfaces/IPoolRegistry.sol";
import {Rates, TermDiscount} from "contracts/src/types/Types.sol";
import {Base} from "contracts/test/Base.t.sol";

/// The reserved rate is 2.50 DC.
contract SetTermDiscountsTest is Base {
    function test_TellsTheStepsInForce() external {
        TermDiscount[] memory steps = _twoSteps();
        uint16[] memory minHours = new uint16[](2);
        uint16[] memory bps = new uint16[](2);
        (minHours[0], minHours[1], bps[0], bps[1]) = (168, 720, 500, 1250);
        vm.expectEmit(address(network.pools));
        emit IPoolRegistry.TermDiscountsSet(poolId, minHours, bps);
        _set(steps);

        TermDiscount[] memory told = network.pools.termDiscountsOf(poolId);
        assertEq(told.length, 2);
        assertEq(told[0].minHours, 168);
        assertEq(told[0].bps, 500);
        assertEq(told[1].minHours, 720);
        assertEq(told[1].bps, 1250);
    }

    function test_TakesOffWhatTheTermsStepSays() external {
        assertEq(network.pools.reservedRate(poolId, 10_000), 2_500_000);
        _set(_twoSteps());
        assertEq(network.pools.reservedRate(poolId, 0), 2_500_000);
        assertEq(network.pools.reservedRate(poolId, 167), 2_500_000);
        assertEq(network.pools.reservedRate(poolId, 168), 2_375_000);
        assertEq(network.pools.reservedRate(poolId, 719), 2_375_000);
        assertEq(network.pools.reservedRate(poolId, 720), 2_187_500);
        assertEq(network.pools.reservedRate(poolId, type(uint256).max), 2_187_500);
    }

    /// 95 % of 3 is 2.85; of 1 it is 0.95, and use is never free.
    function test_RoundsTheRateUp() external {
        _set(_twoSteps());
        vm.startPrank(owner);
        network.pools.setRates(poolId, Rates(1, 1, 3));
        assertEq(network.pools.reservedRate(poolId, 168), 3);
        network.pools.setRates(poolId, Rates(1, 1, 1));
        assertEq(network.pools.reservedRate(poolId, 720), 1);
    }

    function test_TakesEightStepsOfTheWidestRange() external {
        TermDiscount[] memory steps = new TermDiscount[](8);
        for (uint16 i; i < 8; ++i) {
            steps[i] = TermDiscount(i == 7 ? type(uint16).max : i + 1, i == 7 ? 9000 : i + 1);
        }
        _set(steps);
        assertEq(network.pools.reservedRate(poolId, 1), 2_499_750);
        assertEq(network.pools.reservedRate(poolId, 65_534), 2_498_250);
        assertEq(network.pools.reservedRate(poolId, 65_535), 250_000);
        assertEq(network.pools.termDiscountsOf(poolId).length, 8);
        assertEq(network.pools.termDiscountsOf(poolId)[7].minHours, 65_535);

        vm.expectRevert(abi.encodeWithSelector(IPoolRegistry.PoolRegistry_TooManyDiscounts.selector, 9));
        _set(new TermDiscount[](9));
    }

    function test_RemovesThemAll() external {
        _set(_twoSteps());
        _set(new TermDiscount[](0));
        assertEq(network.pools.reservedRate(poolId, 720), 2_500_000);
        assertEq(network.pools.termDiscountsOf(poolId).length, 0);
    }

    function test_RefusesStepsThatDoNotAscendInBoth() external {
        _refusesSecond(168, 600);
        _refusesSecond(167, 600);
        _refusesSecond(169, 500);
        _refusesSecond(169, 499);
        _refusesFirst(0, 500);
        _refusesFirst(1, 0);
    }

    function test_RefusesMoreThanNineTenthsOff() external {
        _refusesFirst(1, 9001);
    }

    function test_ListensToTheOperatorOnly() external {
        vm.expectRevert(
            abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_NotOperator.selector, operatorId, stranger)
        );
        vm.prank(stranger);
        network.pools.setTermDiscounts(poolId, _twoSteps());
    }

    /// A week: 5 %; thirty days: 12.5 %.
    function _twoSteps() private pure returns (TermDiscount[] memory steps) {
        steps = new TermDiscount[](2);
        steps[0] = TermDiscount(168, 500);
        steps[1] = TermDiscount(720, 1250);
    }

    function _set(TermDiscount[] memory steps) private {
        vm.prank(owner);
        network.pools.setTermDiscounts(poolId, steps);
    }

    function _refusesFirst(uint16 minHours, uint16 bps) private {
        TermDiscount[] memory steps = new TermDiscount[](1);
        steps[0] = TermDiscount(minHours, bps);
        vm.expectRevert(abi.encodeWithSelector(IPoolRegistry.PoolRegistry_BadDiscount.selector, 0, minHours, bps));
        _set(steps);
    }

    function _refusesSecond(uint16 minHours, uint16 bps) private {
        TermDiscount[] memory steps = _twoSteps();
        steps[1] = TermDiscount(minHours, bps);
        vm.expectRevert(abi.encodeWithSelector(IPoolRegistry.PoolRegistry_BadDiscount.selector, 1, minHours, bps));
        _set(steps);
    }
}
