// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EpochClock} from "contracts/src/EpochClock.sol";
import {IEpochClock} from "contracts/src/interfaces/IEpochClock.sol";
import {EpochMath} from "contracts/src/libraries/EpochMath.sol";
import {Test} from "contracts/test/utils/TestKit.sol";

contract Clock is EpochClock {
    constructor(uint64 genesisTime, uint64 epochLength) EpochClock(genesisTime, epochLength) {}

    function current() external view returns (uint256) {
        return _currentEpoch();
    }

    function endOf(uint256 epoch) external view returns (uint256) {
        return _endOf(epoch);
    }
}

contract EpochClockTest is Test {
    uint64 private constant GENESIS = 1_800_000_000;

    function setUp() external {
        vm.warp(GENESIS);
    }

    function test_NumbersHalfOpenDaysFromGenesis() external {
        Clock clock = new Clock(GENESIS, 1 days);
        assertEq(clock.genesisTime(), GENESIS);
        assertEq(clock.epochLength(), 1 days);
        assertEq(clock.epochAt(GENESIS), 0);
        assertEq(clock.epochAt(GENESIS + 1 days - 1), 0);
        assertEq(clock.epochAt(GENESIS + 1 days), 1);
        assertEq(clock.endOf(0), GENESIS + 1 days);
        assertEq(clock.endOf(99), GENESIS + 100 days);
        assertEq(clock.current(), 0);
        skip(36 hours);
        assertEq(clock.current(), 1);
    }

    function test_RefusesTimesBeforeGenesis() external {
        Clock clock = new Clock(GENESIS, 1 days);
        vm.expectRevert(abi.encodeWithSelector(EpochMath.EpochMath_BeforeGenesis.selector, GENESIS - 1, GENESIS));
        clock.epochAt(GENESIS - 1);
    }

    function test_RefusesEpochsThatCannotBe() external {
        vm.expectRevert(abi.encodeWithSelector(IEpochClock.EpochClock_BadEpochs.selector, GENESIS, 0));
        new Clock(GENESIS, 0);
        vm.expectRevert(abi.encodeWithSelector(IEpochClock.EpochClock_BadEpochs.selector, GENESIS + 1, 1 days));
        new Clock(GENESIS + 1, 1 days);
    }
}
