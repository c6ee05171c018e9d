// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Conversion} from "contracts/src/libraries/Conversion.sol";
import {Median} from "contracts/src/libraries/Median.sol";
import {UsageMath} from "contracts/src/libraries/UsageMath.sol";
import {Test} from "contracts/test/utils/TestKit.sol";

/// Roundings by what defines them, in products instead of quotients.
contract MathFuzzTest is Test {
    function testFuzz_OwedIsTheLeastAmountThatCoversTheUse(uint64 rate, uint40 duration) external pure {
        uint256 owed = UsageMath.toOwedDcUp(rate, duration);
        uint256 use = uint256(rate) * duration;
        assertGe(owed * 3600, use);
        if (owed > 0) assertLt((owed - 1) * 3600, use);
    }

    function testFuzz_PaidSecondsAreTheMostThatTheEscrowCovers(uint64 rate, uint128 escrowDc) external pure {
        vm.assume(rate > 0);
        uint256 paid = UsageMath.toPaidSecondsDown(rate, escrowDc);
        assertLe(UsageMath.toOwedDcUp(rate, paid), escrowDc);
        assertGt(UsageMath.toOwedDcUp(rate, paid + 1), escrowDc);
    }

    function testFuzz_CreditsAreTheMostThatTheBctCover(uint96 bctAmount, uint64 price) external pure {
        uint256 dcAmount = Conversion.toDcDown(bctAmount, price);
        uint256 worth = uint256(bctAmount) * price;
        assertLe(dcAmount * 1e20, worth);
        assertGt((dcAmount + 1) * 1e20, worth);
    }

    function testFuzz_BctCostIsTheLeastThatCoversTheCredits(uint96 dcAmount, uint64 price) external pure {
        vm.assume(price > 0);
        uint256 bctUp = Conversion.toBctUp(dcAmount, price);
        uint256 bctDown = Conversion.toBctDown(dcAmount, price);
        uint256 worth = uint256(dcAmount) * 1e20;
        assertGe(bctUp * price, worth);
        if (bctUp > 0) assertLt((bctUp - 1) * price, worth);
        assertLe(bctDown * price, worth);
        assertGt((bctDown + 1) * price, worth);
    }

    function testFuzz_NobodyGainsByGoingThereAndBack(uint96 bctAmount, uint64 price) external pure {
        vm.assume(price > 0);
        uint256 dcAmount = Conversion.toDcDown(bctAmount, price);
        assertLe(Conversion.toBctUp(dcAmount, price), bctAmount);
    }

    function testFuzz_AsManyLieBelowTheMedianAsAbove(uint96[] memory given) external pure {
        vm.assume(given.length > 0 && given.length <= 15);
        uint256[] memory values = new uint256[](given.length);
        for (uint256 i; i < given.length; ++i) {
            values[i] = given[i];
        }
        uint256 median = Median.medianDown(values);
        uint256 below;
        uint256 above;
        for (uint256 i; i < given.length; ++i) {
            if (given[i] < median) ++below;
            if (given[i] > median) ++above;
        }
        assertLe(below, given.length / 2);
        assertLe(above, given.length / 2);
    }
}
