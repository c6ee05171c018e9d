// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IEpochRewards} from "contracts/src/interfaces/IEpochRewards.sol";
import {EpochBase} from "contracts/test/EpochBase.t.sol";

contract CloseEpochTest is EpochBase {
    function setUp() public override {
        super.setUp();
        _wire();
    }

    function test_TellsEveryTermOfTheBudget() external {
        // 70 BCT burned, smoothed to a seventh; use of 500 DC, worth 250 BCT
        _burnBct(70e18);
        _use(250e18);
        _warpToEndOf(0);
        vm.expectEmit(address(rewards));
        emit IEpochRewards.EpochClosed(0, 1000e18, 70e18, 10e18, 10e18, 500e6, 250e18, 10_000, 250e18, 250e18);
        rewards.closeEpoch(0);
        assertEq(rewards.closedCount(), 1);
        assertEq(rewards.budgetOf(0), 250e18);
        assertEq(rewards.kappaOf(0), 10_000);
        assertEq(rewards.smoothedBct(), 10e18);
    }

    function test_GivesNoMoreThanUseWasWorth() external {
        _closeWith(1000e18 - 1);
        assertEq(rewards.budgetOf(0), 1000e18 - 1);
    }

    function test_GivesNoMoreThanScheduleAndReEmission() external {
        _burnBct(70e18);
        _closeWith(5000e18);
        assertEq(rewards.budgetOf(0), 1010e18);
    }

    function test_GivesNothingWhereNothingWasUsed() external {
        _burnBct(70e18);
        _closeWith(0);
        assertEq(rewards.budgetOf(0), 0);
    }

    function test_HalvesTheSchedule() external {
        uint256[6] memory budgets = [uint256(1000e18), 1000e18, 500e18, 500e18, 250e18, 250e18];
        for (uint256 i; i < budgets.length; ++i) {
            _closeWith(5000e18);
            assertEq(rewards.budgetOf(i), budgets[i]);
        }
    }

    function test_SmoothsWhatWasBurnedOverAWeek() external {
        _burnBct(70e18);
        _closeWith(5000e18);
        assertEq(rewards.smoothedBct(), 10e18);
        // 60/7
        _closeWith(5000e18);
        assertEq(rewards.smoothedBct(), 8_571_428_571_428_571_428);
        assertEq(rewards.budgetOf(1), 1_008_571_428_571_428_571_428);
        // (6 · 8.57… + 7) / 7
        _burnBct(7e18);
        _closeWith(5000e18);
        assertEq(rewards.smoothedBct(), 8_346_938_775_510_204_081);
    }

    function test_CapsTheReEmission() external {
        _burnBct(7000e18);
        _closeWith(5000e18);
        assertEq(rewards.smoothedBct(), 1000e18);
        assertEq(rewards.budgetOf(0), 1100e18);
    }

    function test_IsOpenToAnyoneLongAfterTheEnd() external {
        _use(10e18);
        vm.warp(GENESIS + 100 days);
        _use(20e18);
        vm.startPrank(stranger);
        for (uint256 i; i < 100; ++i) {
            rewards.closeEpoch(i);
        }
        assertEq(rewards.closedCount(), 100);
        assertEq(rewards.budgetOf(0), 10e18);
        assertEq(rewards.budgetOf(99), 0);
    }

    function test_ClosesInOrderAndOnce() external {
        _warpToEndOf(1);
        vm.expectRevert(abi.encodeWithSelector(IEpochRewards.EpochRewards_NotNextToClose.selector, 1, 0));
        rewards.closeEpoch(1);
        rewards.closeEpoch(0);
        vm.expectRevert(abi.encodeWithSelector(IEpochRewards.EpochRewards_NotNextToClose.selector, 0, 1));
        rewards.closeEpoch(0);
        rewards.closeEpoch(1);
    }

    function test_RefusesAnEpochThatStillRuns() external {
        vm.warp(GENESIS + 1 days - 1);
        vm.expectRevert(abi.encodeWithSelector(IEpochRewards.EpochRewards_EpochNotOver.selector, 0, GENESIS + 1 days));
        rewards.closeEpoch(0);
        skip(1);
        rewards.closeEpoch(0);
    }

    function test_CountsForEpochsClosedFromThenOn() external {
        _closeWith(250e18);
        vm.expectEmit(address(rewards));
        emit IEpochRewards.KappaSet(15_000);
        rewards.setKappa(15_000);
        _closeWith(250e18);
        assertEq(rewards.kappaBps(), 15_000);
        assertEq(rewards.budgetOf(0), 250e18);
        assertEq(rewards.kappaOf(0), 10_000);
        assertEq(rewards.budgetOf(1), 375e18);
        assertEq(rewards.kappaOf(1), 15_000);
        // half a wei is nobody's
        _closeWith(3);
        assertEq(rewards.budgetOf(2), 4);
    }

    function test_RefusesMoreThanThree() external {
        rewards.setKappa(30_000);
        vm.expectRevert(abi.encodeWithSelector(IEpochRewards.EpochRewards_KappaTooHigh.selector, 30_001, 30_000));
        rewards.setKappa(30_001);
    }

    function test_LetsOnlyTheAdminChangeKappa() external {
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, guardian));
        vm.prank(guardian);
        rewards.setKappa(1);
    }

    function test_KnowsNoneBeforeTheEpochIsClosed() external {
        vm.expectRevert(abi.encodeWithSelector(IEpochRewards.EpochRewards_NotClosed.selector, 0));
        rewards.budgetOf(0);
        vm.expectRevert(abi.encodeWithSelector(IEpochRewards.EpochRewards_NotClosed.selector, 0));
        rewards.kappaOf(0);
    }
}
