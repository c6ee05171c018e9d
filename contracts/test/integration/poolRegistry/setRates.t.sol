// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPoolRegistry} from "contracts/src/interfaces/IPoolRegistry.sol";
import {Rates} from "contracts/src/types/Types.sol";
import {Base} from "contracts/test/Base.t.sol";

contract SetRatesTest is Base {
    function test_ChangesTheRatesAndSaysWhoDid() external {
        vm.expectEmit(address(network.pools));
        emit IPoolRegistry.RatesSet(poolId, owner, 1e6, 2e6, 15e5);
        vm.prank(owner);
        network.pools.setRates(poolId, Rates(1e6, 2e6, 15e5));
        assertEq(network.pools.ratesOf(poolId).spot, 1e6);
        assertEq(network.pools.ratesOf(poolId).onDemand, 2e6);
        assertEq(network.pools.ratesOf(poolId).reserved, 15e5);
        // the operator shares their word
        assertEq(network.pools.operatorOf(poolId), operatorId);
    }

    function test_RefusesARateOfZero() external {
        vm.startPrank(owner);
        _refuses(Rates(0, 2e6, 1e6));
        _refuses(Rates(1e6, 0, 1e6));
        _refuses(Rates(1e6, 2e6, 0));
    }

    function test_RefusesSpotAboveOnDemandOnly() external {
        vm.startPrank(owner);
        _refuses(Rates(2e6 + 1, 2e6, 1e6));
        network.pools.setRates(poolId, Rates(2e6, 2e6, 1));
    }

    function test_RefusesMoreThanAMillionDcAnHour() external {
        vm.startPrank(owner);
        _refuses(Rates(1, 1e12 + 1, 1));
        _refuses(Rates(1, 1, 1e12 + 1));
        network.pools.setRates(poolId, Rates(1e12, 1e12, 1e12));
        assertEq(network.pools.ratesOf(poolId).reserved, 1e12);
    }

    function test_ListensToTheHolderOfTheOperatorsToken() external {
        vm.prank(owner);
        network.operators.transferFrom(owner, alice, operatorId);
        vm.expectRevert(abi.encodeWithSelector(IPoolRegistry.PoolRegistry_CannotPrice.selector, poolId, owner));
        vm.prank(owner);
        network.pools.setRates(poolId, _rates(RATE));
        vm.prank(alice);
        network.pools.setRates(poolId, _rates(RATE));
    }

    function test_RefusesAStranger() external {
        vm.expectRevert(abi.encodeWithSelector(IPoolRegistry.PoolRegistry_CannotPrice.selector, poolId, stranger));
        vm.prank(stranger);
        network.pools.setRates(poolId, _rates(RATE));
    }

    function test_RefusesAPoolThatDoesNotExist() external {
        vm.expectRevert(abi.encodeWithSelector(IPoolRegistry.PoolRegistry_NoPool.selector, 99));
        network.pools.setRates(99, _rates(RATE));
    }

    function _refuses(Rates memory rates) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                IPoolRegistry.PoolRegistry_BadRates.selector, rates.spot, rates.onDemand, rates.reserved
            )
        );
        network.pools.setRates(poolId, rates);
    }
}
