// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IOperatorRegistry} from "contracts/src/interfaces/IOperatorRegistry.sol";
import {IPoolRegistry} from "contracts/src/interfaces/IPoolRegistry.sol";
import {ShareRule} from "contracts/src/types/Types.sol";
import {Base} from "contracts/test/Base.t.sol";

/// Epochs are days and the notice is 7 of them. The pool was opened in epoch 0 with 1500, 7000, 1500.
contract ScheduleSharesTest is Base {
    ShareRule private _mean = ShareRule(9000, 500, 500);
    ShareRule private _kind = ShareRule(0, 10_000, 0);

    function test_TakesEffectAtTheEpochScheduled() external {
        vm.warp(GENESIS + 3 days);
        vm.expectEmit(address(network.pools));
        emit IPoolRegistry.SharesScheduled(poolId, 10, 3, 9000, 500, 500);
        _schedule(_mean, 10);

        assertEq(network.pools.sharesOf(poolId).operatorBps, 1500);
        assertEq(network.pools.sharesAt(poolId, 9).operatorBps, 1500);
        assertEq(network.pools.sharesAt(poolId, 10).operatorBps, 9000);
        vm.warp(GENESIS + 10 days - 1);
        assertEq(network.pools.sharesOf(poolId).operatorBps, 1500);
        vm.warp(GENESIS + 10 days);
        assertEq(network.pools.sharesOf(poolId).operatorBps, 9000);
        assertEq(network.pools.sharesOf(poolId).poolBps, 500);
        assertEq(network.pools.sharesOf(poolId).gpuBps, 500);
    }

    function test_RemembersTheSharesOfPastEpochs() external {
        _schedule(_mean, 7);
        _schedule(_kind, 8);
        vm.warp(GENESIS + 30 days);
        assertEq(network.pools.sharesAt(poolId, 0).operatorBps, 1500);
        assertEq(network.pools.sharesAt(poolId, 6).operatorBps, 1500);
        assertEq(network.pools.sharesAt(poolId, 7).operatorBps, 9000);
        assertEq(network.pools.sharesAt(poolId, 8).poolBps, 10_000);
        assertEq(network.pools.sharesAt(poolId, 29).poolBps, 10_000);
    }

    function test_ReplacesWhatWasScheduledForTheSameEpoch() external {
        _schedule(_mean, 9);
        vm.warp(GENESIS + 2 days);
        _schedule(_kind, 9);
        assertEq(network.pools.sharesAt(poolId, 9).operatorBps, 0);
        assertEq(network.pools.sharesAt(poolId, 8).operatorBps, 1500);
    }

    function test_RefusesLessThanTheNotice() external {
        vm.warp(GENESIS + 4 days - 1);
        _refuses(9, 10, 376);
        // the last second of an epoch counts as the whole of it
        _schedule(_kind, 10);
        vm.warp(GENESIS + 4 days);
        _refuses(10, 11, 377);
        _refuses(0, 11, 377);
    }

    function test_RefusesToGoBeforeOneAlreadyScheduled() external {
        _schedule(_mean, 20);
        _refuses(19, 20, 373);
        assertEq(network.pools.sharesAt(poolId, 19).operatorBps, 1500);
    }

    function test_RefusesMoreThan366EpochsAfterTheNotice() external {
        _refuses(374, 7, 373);
        _refuses(type(uint256).max, 7, 373);
        _schedule(_kind, 373);
        assertEq(network.pools.sharesAt(poolId, 373).poolBps, 10_000);
    }

    function test_RefusesSharesThatDoNotSumToTheWhole() external {
        vm.expectRevert(abi.encodeWithSelector(IPoolRegistry.PoolRegistry_BadShares.selector, 10_001));
        _schedule(ShareRule(1, 5000, 5000), 7);
    }

    function test_ListensToTheOperatorOnly() external {
        vm.expectRevert(
            abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_NotOperator.selector, operatorId, stranger)
        );
        vm.prank(stranger);
        network.pools.scheduleShares(poolId, _kind, 7);
    }

    function test_HasNoSharesBeforeTheEpochOfItsCreation() external {
        vm.warp(GENESIS + 5 days);
        uint256 id = _createPool(operatorId, RATE);
        vm.expectRevert(abi.encodeWithSelector(IPoolRegistry.PoolRegistry_NoSharesYet.selector, id, 4));
        network.pools.sharesAt(id, 4);
        assertEq(network.pools.sharesAt(id, 5).operatorBps, 1500);
    }

    function test_KeepsTheNetworksClock() external view {
        assertEq(network.pools.genesisTime(), GENESIS);
        assertEq(network.pools.epochLength(), 1 days);
        assertEq(network.pools.epochAt(GENESIS + 1 days), 1);
        assertEq(network.pools.SHARES_NOTICE(), 7);
    }

    function _schedule(ShareRule memory shares, uint256 effectiveEpoch) private {
        vm.prank(owner);
        network.pools.scheduleShares(poolId, shares, effectiveEpoch);
    }

    function _refuses(uint256 effectiveEpoch, uint256 minEpoch, uint256 maxEpoch) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                IPoolRegistry.PoolRegistry_BadEffectiveEpoch.selector, effectiveEpoch, minEpoch, maxEpoch
            )
        );
        _schedule(_kind, effectiveEpoch);
    }
}
