// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IGpuNFT} from "contracts/src/interfaces/IGpuNFT.sol";
import {GpuStatus} from "contracts/src/types/Types.sol";
import {GpuBase} from "contracts/test/GpuBase.sol";

/// The test begins with hour 500,000 since 1970. A word of the bitmap begins with hour 500,224.
contract LostHoursTest is GpuBase {
    uint256 private constant NOW = 500_000;

    function test_LosesNothingWhileActive() external view {
        assertEq(gpus.lostHours(gpu, 0, 1_000_000), 0);
    }

    function test_LosesEachHourThatAnOutageTouches() external {
        _outage(30 minutes, 2 hours);
        // from half past 0 to half past 2
        assertEq(gpus.lostHours(gpu, NOW, NOW + 10), 3);
        assertEq(gpus.lostHours(gpu, NOW + 1, NOW + 2), 1);
        assertEq(gpus.lostHours(gpu, NOW + 2, NOW + 3), 1);
        assertEq(gpus.lostHours(gpu, NOW + 3, NOW + 4), 0);
        assertEq(gpus.lostHours(gpu, NOW - 1, NOW), 0);
    }

    function test_SparesTheHourWithWhoseBeginningItComesBack() external {
        _outage(0, 2 hours);
        assertEq(gpus.lostHours(gpu, NOW, NOW + 10), 2);
    }

    function test_LosesTheHourOfAnInstant() external {
        _outage(1 hours + 1, 0);
        assertEq(gpus.lostHours(gpu, NOW, NOW + 10), 1);
        assertEq(gpus.lostHours(gpu, NOW + 1, NOW + 2), 1);
    }

    function test_CountsAnHourOnce() external {
        _outage(1 minutes, 1 minutes);
        _outage(1 minutes, 1 minutes);
        assertEq(gpus.lostHours(gpu, NOW, NOW + 10), 1);
        skip(1 minutes);
        _setStatus(owner, GpuStatus.OFFLINE);
        assertEq(gpus.lostHours(gpu, NOW, NOW + 10), 10);
    }

    function test_CountsAcrossWords() external {
        // from hour 100 to the end of hour 899: parts of two words, and two in full
        _outage(100 hours, 800 hours);
        assertEq(gpus.lostHours(gpu, NOW, NOW + 2000), 800);
        assertEq(gpus.lostHours(gpu, NOW + 224, NOW + 480), 256);
        assertEq(gpus.lostHours(gpu, NOW + 223, NOW + 225), 2);
        assertEq(gpus.lostHours(gpu, NOW + 850, NOW + 950), 50);
    }

    function test_LosesAllHoursToComeWhileOffline() external {
        skip(90 minutes);
        _setStatus(owner, GpuStatus.OFFLINE);
        assertEq(gpus.lostHours(gpu, NOW, NOW + 10), 9);
        assertEq(gpus.lostHours(gpu, NOW, NOW + 1), 0);
        assertEq(gpus.lostHours(gpu, NOW + 1, NOW + 2), 1);
        assertEq(gpus.lostHours(gpu, NOW + 100, NOW + 200), 100);
        assertEq(gpus.lostHours(gpu, NOW + 5, NOW + 5), 0);
        assertEq(gpus.lostHours(gpu, NOW + 6, NOW + 5), 0);
    }

    function test_LosesHoursFromTheOutageOnIfItRetiresLater() external {
        _setStatus(owner, GpuStatus.OFFLINE);
        skip(5 hours);
        _setStatus(alice, GpuStatus.RETIRED);
        assertEq(gpus.lostHours(gpu, NOW - 5, NOW + 10), 10);
    }

    function test_LosesTheHoursOutOfAPool() external {
        _withdraw(alice, gpu);
        skip(10 hours);
        vm.prank(owner);
        gpus.invite(gpu, poolId);
        vm.prank(alice);
        gpus.joinPool(gpu, poolId);
        // it left after 72 hours and was away for 10
        assertEq(gpus.lostHours(gpu, NOW, NOW + 1000), 10);
        assertEq(gpus.lostHours(gpu, NOW + 72, NOW + 82), 10);
    }

    function test_RefusesAGpuThatDoesNotExist() external {
        vm.expectRevert(abi.encodeWithSelector(IGpuNFT.GpuNFT_NoGpu.selector, 99));
        gpus.lostHours(99, 0, 1);
    }

    function _outage(uint256 afterTime, uint256 duration) private {
        skip(afterTime);
        _setStatus(owner, GpuStatus.OFFLINE);
        skip(duration);
        _setStatus(owner, GpuStatus.ACTIVE);
    }
}
