// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {GpuStatus, Rates, ShareRule, TermDiscount} from "contracts/src/types/Types.sol";
import {Base} from "contracts/test/Base.t.sol";

/// The registries against models so plain that they can be read at a glance.
contract RegistriesFuzzTest is Base {
    uint256 private constant NOW = 500_000;
    uint256 private constant HORIZON = 1500;

    mapping(uint256 hour => bool) private _isLost;
    ShareRule[] private _rules;
    uint256[] private _firstEpochs;

    /// An hour is lost if any second of it found the GPU down.
    function testFuzz_LostHoursAreThoseThatFoundTheGpuDown(
        uint32[6] calldata up,
        uint32[6] calldata down,
        bool isDownAtLast,
        uint256 fromHour,
        uint256 toHour
    ) external {
        vm.startPrank(owner);
        for (uint256 i; i < 6; ++i) {
            skip(up[i] % 200 hours);
            network.gpus.setStatus(gpuId, GpuStatus.OFFLINE);
            uint256 since = vm.getBlockTimestamp();
            if (i == 5 && isDownAtLast) {
                for (uint256 hour = since / 3600; hour < NOW + HORIZON; ++hour) {
                    _isLost[hour] = true;
                }
                break;
            }
            skip(1 + down[i] % (i % 2 == 0 ? 2 hours : 300 hours));
            network.gpus.setStatus(gpuId, GpuStatus.ACTIVE);
            for (uint256 hour = since / 3600; hour * 3600 < vm.getBlockTimestamp(); ++hour) {
                _isLost[hour] = true;
            }
        }

        toHour = bound(toHour, NOW, NOW + HORIZON);
        fromHour = bound(fromHour, NOW, toHour);
        uint256 expected;
        for (uint256 hour = fromHour; hour < toHour; ++hour) {
            if (_isLost[hour]) ++expected;
        }
        assertEq(network.gpus.lostHours(gpuId, fromHour, toHour), expected);
    }

    /// Of all rules the last one made for the latest epoch that has come.
    function testFuzz_SharesAreThoseLastScheduledForTheEpoch(uint8[12] calldata waits, uint8[12] calldata leads)
        external
    {
        _rules.push(ShareRule(1500, 7000, 1500));
        _firstEpochs.push(0);
        vm.startPrank(owner);
        for (uint16 i; i < 12; ++i) {
            skip(uint256(waits[i]) * 1 hours);
            uint256 today = (vm.getBlockTimestamp() - GENESIS) / 1 days;
            // often the last one's epoch again, if the notice allows it
            uint256 epoch = leads[i] % 2 == 0 ? _firstEpochs[i] : _firstEpochs[i] + leads[i] % 20;
            if (epoch < today + 7) epoch = today + 7;
            ShareRule memory rule = ShareRule(i, 10_000 - i - leads[i], leads[i]);
            network.pools.scheduleShares(poolId, rule, epoch);
            _rules.push(rule);
            _firstEpochs.push(epoch);
        }
        for (uint256 epoch; epoch < _firstEpochs[12] + 3; ++epoch) {
            ShareRule memory expected;
            for (uint256 i; i < 13; ++i) {
                if (_firstEpochs[i] <= epoch) expected = _rules[i];
            }
            assertEq(abi.encode(network.pools.sharesAt(poolId, epoch)), abi.encode(expected));
        }
    }

    /// A pricer sets what lies in its bounds, not too far and not too soon, and nothing else.
    function testFuzz_APricerStaysWithinItsBounds(
        uint64[3] memory before,
        uint64[3] memory wanted,
        uint64[3] memory floor,
        uint64[3] memory cap,
        uint16 maxStepBps,
        bool isSoon
    ) external {
        maxStepBps = uint16(bound(maxStepBps, 1, 10_000));
        bool isAllowed = !isSoon;
        for (uint256 i; i < 3; ++i) {
            floor[i] = uint64(bound(floor[i], 1, 1e7));
            cap[i] = uint64(bound(cap[i], floor[i], floor[i] * 2));
            before[i] = uint64(bound(before[i], floor[i], cap[i]));
            // now and then just outside
            wanted[i] = uint64(bound(wanted[i], before[i] - before[i] / 16, before[i] + before[i] / 16 + 1));
            uint256 moved = wanted[i] > before[i] ? wanted[i] - before[i] : before[i] - wanted[i];
            isAllowed = isAllowed && wanted[i] >= floor[i] && wanted[i] <= cap[i];
            isAllowed = isAllowed && moved * 10_000 <= uint256(before[i]) * maxStepBps;
        }
        isAllowed = isAllowed && wanted[0] <= wanted[1] && wanted[0] != 0;
        vm.assume(floor[0] <= floor[1] && cap[0] <= cap[1] && before[0] <= before[1]);

        Rates memory standing = Rates(before[0], before[1], before[2]);
        vm.startPrank(owner);
        network.pools.setRates(poolId, standing);
        network.pools
            .setPricer(
                poolId,
                bob,
                Rates(floor[0], floor[1], floor[2]),
                Rates(cap[0], cap[1], cap[2]),
                maxStepBps,
                isSoon ? 60 : 0
            );
        vm.stopPrank();
        vm.startPrank(bob);
        if (isSoon) network.pools.setRates(poolId, standing);
        try network.pools.setRates(poolId, Rates(wanted[0], wanted[1], wanted[2])) {
            assertTrue(isAllowed, "set what it may not");
            assertEq(network.pools.ratesOf(poolId).onDemand, wanted[1]);
        } catch {
            assertFalse(isAllowed, "refused what it may");
            assertEq(abi.encode(network.pools.ratesOf(poolId)), abi.encode(standing));
        }
    }

    /// The least rate that isn't below the discounted one, by the best step that the term reaches.
    function testFuzz_ReservedRatesAreTheLeastNotBelowTheDiscount(
        uint16[8] calldata gaps,
        uint16[8] calldata cuts,
        uint256 stepCount,
        uint64 reserved,
        uint256 hourCount
    ) external {
        reserved = uint64(bound(reserved, 1, 1e12));
        hourCount = bound(hourCount, 0, 70_000);
        TermDiscount[] memory steps = new TermDiscount[](bound(stepCount, 0, 8));
        uint256 kept = 10_000;
        uint16 minHours;
        uint16 bps;
        for (uint256 i; i < steps.length; ++i) {
            minHours += 1 + gaps[i] % 8000;
            bps += 1 + cuts[i] % 1100;
            steps[i] = TermDiscount(minHours, bps);
            if (minHours <= hourCount) kept = 10_000 - bps;
        }
        vm.startPrank(owner);
        network.pools.setRates(poolId, Rates(1, 1, reserved));
        network.pools.setTermDiscounts(poolId, steps);
        uint256 rate = network.pools.reservedRate(poolId, hourCount);
        assertGe(rate * 10_000, reserved * kept);
        assertLt((rate - 1) * 10_000, reserved * kept);
        assertEq(abi.encode(network.pools.termDiscountsOf(poolId)), abi.encode(steps));
    }
}
