// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ITimeSlots} from "contracts/src/interfaces/ITimeSlots.sol";
import {Rates, TermDiscount} from "contracts/src/types/Types.sol";
import {SlotBase} from "contracts/test/SlotBase.sol";

/// 10 % off from a day on, 25 % from a week on.
contract TermDiscountsTest is SlotBase {
    function setUp() public override {
        super.setUp();
        TermDiscount[] memory steps = new TermDiscount[](2);
        (steps[0], steps[1]) = (TermDiscount(24, 1000), TermDiscount(168, 2500));
        vm.prank(owner);
        network.pools.setTermDiscounts(poolId, steps);
    }

    function test_TakesThePriceOfTheTerm() external {
        _costs(HOUR, 23, 2_500_000);
        _costs(HOUR + 100, 24, 2_250_000);
        _costs(HOUR + 200, 167, 2_250_000);
        _costs(HOUR + 400, 168, 1_875_000);
    }

    /// 10 % off 2,500,001 µDC are 2,250,000.9.
    function test_RoundsThePriceUp() external {
        vm.prank(owner);
        network.pools.setRates(poolId, Rates(1, RATE, 2_500_001));
        _costs(HOUR, 24, 2_250_001);
    }

    function test_KeepsThePriceOfEachPart() external {
        uint256 slotId = _reserve(alice, HOUR + 1, 24);
        uint256 partId = _split(alice, slotId, HOUR + 2);
        assertEq(network.slots.escrowOf(slotId), 2_250_000);
        // 23 hours
        assertEq(network.slots.escrowOf(partId), 51_750_000);
    }

    function test_ComparesTheDiscountedPriceWithTheCustomersMaximum() external {
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(ITimeSlots.TimeSlots_RateAboveMax.selector, 2_250_000, 2_249_999));
        network.slots.reserve(gpuId, HOUR, 24, 2_249_999);
        network.slots.reserve(gpuId, HOUR, 24, 2_250_000);
    }

    function _costs(uint256 startHour, uint256 hourCount, uint64 hourlyDc) private {
        uint256 slotId = _reserve(alice, startHour, hourCount);
        assertEq(network.slots.slotOf(slotId).hourlyDc, hourlyDc);
        assertEq(network.slots.escrowOf(slotId), hourlyDc * hourCount);
    }
}
