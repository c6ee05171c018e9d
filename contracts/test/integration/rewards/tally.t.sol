// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IEpochRewards} from "contracts/src/interfaces/IEpochRewards.sol";
import {UseTally} from "contracts/src/types/Types.sol";
import {EpochBase} from "contracts/test/EpochBase.t.sol";

contract TallyTest is EpochBase {
    function test_AddsToTheEpochOfTheBlock() external {
        _wire();
        vm.prank(market);
        assertEq(rewards.recordUse(7, 3, 4e6, 2e18), 0);
        vm.prank(slots);
        assertEq(rewards.recordUse(8, 3, 1e6, 0.5e18), 0);
        // the boundary belongs to the later epoch
        vm.warp(GENESIS + 1 days);
        vm.prank(market);
        assertEq(rewards.recordUse(7, 3, 10e6, 5e18), 1);

        assertEq(rewards.burnedIn(0), 5e6);
        assertEq(rewards.bctEquivalentIn(0), 2.5e18);
        assertEq(rewards.burnedIn(1), 10e6);
        assertEq(rewards.bctEquivalentIn(1), 5e18);
        assertEq(rewards.burnedIn(2), 0);
    }

    function test_AddsToTheGpuAndToItsPool() external {
        _wire();
        vm.startPrank(market);
        rewards.recordUse(7, 3, 4e6, 0);
        rewards.recordUse(8, 3, 1e6, 0);
        rewards.recordUse(9, 4, 2e6, 0);
        _assertTally(rewards.tallyOfGpu(7), 0, 4e6, 4e6);
        _assertTally(rewards.tallyOfGpu(8), 0, 1e6, 1e6);
        _assertTally(rewards.tallyOfPool(3), 0, 5e6, 5e6);
        _assertTally(rewards.tallyOfPool(4), 0, 2e6, 2e6);
        _assertTally(rewards.tallyOfGpu(3), 0, 0, 0);
    }

    function test_BeginsANewSumAtAnEpochsBoundaryAndKeepsTheLifetime() external {
        _wire();
        vm.startPrank(market);
        rewards.recordUse(7, 3, 4e6, 0);
        vm.warp(GENESIS + 5 days);
        rewards.recordUse(7, 3, 1e6, 0);
        rewards.recordUse(7, 3, 2e6, 0);
        rewards.recordUse(8, 3, 10e6, 0);
        _assertTally(rewards.tallyOfGpu(7), 5, 3e6, 7e6);
        _assertTally(rewards.tallyOfPool(3), 5, 13e6, 17e6);
    }

    function test_RefusesSumsThatTheWordsCannotHold() external {
        _wire();
        vm.startPrank(market);
        uint256 tooMuch = 1 << 64;
        vm.expectRevert(abi.encodeWithSelector(SafeCast.SafeCastOverflowedUintDowncast.selector, 64, tooMuch));
        rewards.recordUse(7, 3, tooMuch, 0);
        vm.expectRevert(abi.encodeWithSelector(SafeCast.SafeCastOverflowedUintDowncast.selector, 128, 1 << 128));
        rewards.recordUse(7, 3, 0, 1 << 128);
        rewards.recordUse(7, 3, tooMuch - 1, type(uint128).max);
        vm.expectRevert(abi.encodeWithSelector(SafeCast.SafeCastOverflowedUintDowncast.selector, 128, 1 << 128));
        rewards.recordUse(9, 4, 0, 1);
        // what is added carries from no sum into the next
        rewards.recordUse(7, 3, tooMuch - 1, 0);
        _assertTally(rewards.tallyOfGpu(7), 0, 2 * tooMuch - 2, 2 * tooMuch - 2);
        _assertTally(rewards.tallyOfPool(3), 0, 2 * tooMuch - 2, 2 * tooMuch - 2);
        assertEq(rewards.burnedIn(0), 2 * tooMuch - 2);
        assertEq(rewards.bctEquivalentIn(0), type(uint128).max);
    }

    function test_RefusesWhoeverIsNoMeter() external {
        vm.expectRevert(abi.encodeWithSelector(IEpochRewards.EpochRewards_NotMeter.selector, market));
        vm.prank(market);
        rewards.recordUse(7, 3, 1, 1);
        _wire();
        vm.expectRevert(abi.encodeWithSelector(IEpochRewards.EpochRewards_NotMeter.selector, stranger));
        vm.prank(stranger);
        rewards.recordUse(7, 3, 1, 1);
    }

    function test_NamesBothMetersOnce() external {
        vm.expectEmit(address(rewards));
        emit IEpochRewards.MetersSet(market, slots);
        rewards.setMeters(market, slots);
        assertTrue(rewards.isMeter(market));
        assertTrue(rewards.isMeter(slots));
        assertFalse(rewards.isMeter(stranger));
        vm.expectRevert(IEpochRewards.EpochRewards_MetersSet.selector);
        rewards.setMeters(stranger, slots);
    }

    function test_RefusesAMissingMeter() external {
        vm.expectRevert(abi.encodeWithSelector(IEpochRewards.EpochRewards_BadMeters.selector, market, address(0)));
        rewards.setMeters(market, address(0));
        vm.expectRevert(abi.encodeWithSelector(IEpochRewards.EpochRewards_BadMeters.selector, address(0), slots));
        rewards.setMeters(address(0), slots);
    }

    function test_LetsOnlyTheAdminNameMeters() external {
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, guardian));
        vm.prank(guardian);
        rewards.setMeters(market, slots);
    }

    function _assertTally(UseTally memory tally, uint256 epoch, uint256 inEpochDc, uint256 lifetimeDc) private pure {
        assertEq(tally.epoch, epoch, "epoch");
        assertEq(tally.inEpochDc, inEpochDc, "in the epoch");
        assertEq(tally.lifetimeDc, lifetimeDc, "lifetime");
    }
}
