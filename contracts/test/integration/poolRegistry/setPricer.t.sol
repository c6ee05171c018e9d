// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IOperatorRegistry} from "contracts/src/interfaces/IOperatorRegistry.sol";
import {IPoolRegistry} from "contracts/src/interfaces/IPoolRegistry.sol";
import {Pricing, Rates, Tier} from "contracts/src/types/Types.sol";
import {Base} from "contracts/test/Base.t.sol";

/// The rates stand at 1, 2 and 1.50 DC; bob may set them between half and double that, by 10 % an hour.
contract SetPricerTest is Base {
    Rates private _floor = Rates(5e5, 1e6, 75e4);
    Rates private _cap = Rates(2e6, 4e6, 3e6);

    function setUp() public override {
        super.setUp();
        vm.prank(owner);
        network.pools.setRates(poolId, Rates(1e6, 2e6, 15e5));
        _setPricer(bob, 1000);
    }

    function test_TellsWhatThePricerMayDo() external {
        vm.expectEmit(address(network.pools));
        emit IPoolRegistry.PricerSet(poolId, alice, _floor, _cap, 10_000, 3600);
        _setPricer(alice, 10_000);
        Pricing memory pricing = network.pools.pricingOf(poolId);
        assertEq(pricing.pricer, alice);
        assertEq(pricing.maxStepBps, 10_000);
        assertEq(pricing.minInterval, 3600);
        assertEq(pricing.pricedAt, 0);
        assertEq(pricing.floor.onDemand, 1e6);
        assertEq(pricing.cap.reserved, 3e6);
    }

    function test_RemovesThePricer() external {
        vm.expectEmit(address(network.pools));
        emit IPoolRegistry.PricerSet(poolId, address(0), Rates(0, 0, 0), Rates(0, 0, 0), 0, 0);
        vm.prank(owner);
        network.pools.setPricer(poolId, address(0), Rates(0, 0, 0), Rates(0, 0, 0), 0, 0);
        assertEq(network.pools.pricingOf(poolId).maxStepBps, 0);
        vm.expectRevert(abi.encodeWithSelector(IPoolRegistry.PoolRegistry_CannotPrice.selector, poolId, bob));
        _price(1e6, 2e6, 15e5);
    }

    function test_RefusesRatesByAnybodyElse() external {
        vm.expectRevert(abi.encodeWithSelector(IPoolRegistry.PoolRegistry_CannotPrice.selector, poolId, alice));
        vm.prank(alice);
        network.pools.setRates(poolId, Rates(1e6, 2e6, 15e5));
    }

    function test_RefusesBoundsThatCannotBe() external {
        Rates memory floor = _floor;
        _floor = Rates(2e6 + 1, 4e6, 1);
        _refuses(abi.encodeWithSelector(IPoolRegistry.PoolRegistry_BadBounds.selector, _floor, _cap));
        _floor = Rates(1, 4e6 + 1, 1);
        _refuses(abi.encodeWithSelector(IPoolRegistry.PoolRegistry_BadBounds.selector, _floor, _cap));
        _floor = Rates(1, 1, 3e6 + 1);
        _refuses(abi.encodeWithSelector(IPoolRegistry.PoolRegistry_BadBounds.selector, _floor, _cap));
        _floor = Rates(0, 1, 1);
        _refuses(abi.encodeWithSelector(IPoolRegistry.PoolRegistry_BadRates.selector, 0, 1, 1));
        _floor = floor;
        _cap = Rates(1, 1, 1e12 + 1);
        _refuses(abi.encodeWithSelector(IPoolRegistry.PoolRegistry_BadRates.selector, 1, 1, 1e12 + 1));
    }

    function test_RefusesStepsOfNothingOrMoreThanTheWhole() external {
        vm.expectRevert(abi.encodeWithSelector(IPoolRegistry.PoolRegistry_BadStep.selector, 0));
        _setPricer(alice, 0);
        vm.expectRevert(abi.encodeWithSelector(IPoolRegistry.PoolRegistry_BadStep.selector, 10_001));
        _setPricer(alice, 10_001);
    }

    function test_ListensToTheOperatorOnly() external {
        vm.expectRevert(
            abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_NotOperator.selector, operatorId, bob)
        );
        vm.prank(bob);
        network.pools.setPricer(poolId, bob, _floor, _cap, 10_000, 0);
    }

    function test_SetsRatesAStepAwayAndSaysWhoDid() external {
        vm.expectEmit(address(network.pools));
        emit IPoolRegistry.RatesSet(poolId, bob, 9e5, 22e5, 165e4);
        _price(9e5, 22e5, 165e4);
        assertEq(network.pools.ratesOf(poolId).onDemand, 22e5);
        assertEq(network.pools.pricingOf(poolId).pricedAt, START);
    }

    function test_RefusesALargerStepUpOrDown() external {
        _refusesStep(Tier.SPOT, 1e6, 9e5 - 1, 1e5, Rates(9e5 - 1, 2e6, 15e5));
        _refusesStep(Tier.SPOT, 1e6, 11e5 + 1, 1e5, Rates(11e5 + 1, 2e6, 15e5));
        _refusesStep(Tier.ON_DEMAND, 2e6, 22e5 + 1, 2e5, Rates(1e6, 22e5 + 1, 15e5));
        _refusesStep(Tier.RESERVED, 15e5, 135e4 - 1, 15e4, Rates(1e6, 2e6, 135e4 - 1));
    }

    function test_RefusesRatesOutsideTheBounds() external {
        _setPricer(bob, 10_000);
        _refusesBounds(Tier.SPOT, 5e5 - 1, 5e5, 2e6, Rates(5e5 - 1, 2e6, 15e5));
        _refusesBounds(Tier.ON_DEMAND, 4e6 + 1, 1e6, 4e6, Rates(1e6, 4e6 + 1, 15e5));
        _refusesBounds(Tier.RESERVED, 75e4 - 1, 75e4, 3e6, Rates(1e6, 2e6, 75e4 - 1));
        _price(5e5, 4e6, 75e4);
    }

    function test_RefusesSpotAboveOnDemand() external {
        _setPricer(bob, 10_000);
        vm.expectRevert(abi.encodeWithSelector(IPoolRegistry.PoolRegistry_BadRates.selector, 2e6, 19e5, 15e5));
        _price(2e6, 19e5, 15e5);
    }

    function test_RefusesToComeTwiceWithinTheInterval() external {
        _price(1e6, 2e6, 15e5);
        skip(3599);
        vm.expectRevert(abi.encodeWithSelector(IPoolRegistry.PoolRegistry_TooSoon.selector, poolId, START + 3600));
        _price(1e6, 2e6, 15e5);
        skip(1);
        _price(1e6, 2e6, 15e5);
        assertEq(network.pools.pricingOf(poolId).pricedAt, START + 3600);
    }

    function test_BindsThePricerOnlyNotTheOperator() external {
        _price(1e6, 2e6, 15e5);
        vm.startPrank(owner);
        network.pools.setRates(poolId, Rates(1, 1, 1));
        network.pools.setRates(poolId, Rates(1e12, 1e12, 1e12));
        assertEq(network.pools.pricingOf(poolId).pricedAt, START);
    }

    function _setPricer(address pricer, uint16 maxStepBps) private {
        vm.prank(owner);
        network.pools.setPricer(poolId, pricer, _floor, _cap, maxStepBps, 3600);
    }

    function _price(uint64 spot, uint64 onDemand, uint64 reserved) private {
        vm.prank(bob);
        network.pools.setRates(poolId, Rates(spot, onDemand, reserved));
    }

    function _refuses(bytes memory refusal) private {
        vm.expectRevert(refusal);
        _setPricer(bob, 1000);
    }

    function _refusesStep(Tier tier, uint64 rateBefore, uint64 rate, uint256 maxStep, Rates memory rates) private {
        vm.expectRevert(
            abi.encodeWithSelector(IPoolRegistry.PoolRegistry_StepTooLarge.selector, tier, rateBefore, rate, maxStep)
        );
        _price(rates.spot, rates.onDemand, rates.reserved);
    }

    function _refusesBounds(Tier tier, uint64 rate, uint64 floor, uint64 cap, Rates memory rates) private {
        vm.expectRevert(abi.encodeWithSelector(IPoolRegistry.PoolRegistry_OutOfBounds.selector, tier, rate, floor, cap));
        _price(rates.spot, rates.onDemand, rates.reserved);
    }
}
