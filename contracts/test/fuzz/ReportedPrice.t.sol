// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Base} from "contracts/test/Base.t.sol";

contract ReportedPriceFuzzTest is Base {
    struct Said {
        uint8 reporter;
        uint96 price;
        uint8 pause;
    }

    /// The answer of a step interval stays within a tenth of the one it began with, whatever is said how often.
    function testFuzz_NeverMovesFasterThanTheStep(Said[24] memory saids) external {
        uint256 anchor = PRICE;
        uint256 anchoredAt = START;
        for (uint256 i; i < saids.length; ++i) {
            skip(saids[i].pause % 40);
            (uint80 roundBefore, uint256 before) = _latest();
            vm.prank(reporters[saids[i].reporter % 5]);
            network.reportedFeed.report(bound(saids[i].price, 1, type(uint96).max));
            (uint80 round, uint256 answer) = _latest();
            // a report before a quorum stands begins no interval
            if (round != roundBefore && vm.getBlockTimestamp() >= anchoredAt + 60) {
                (anchor, anchoredAt) = (before, vm.getBlockTimestamp());
            }
            assertGe(answer * 10, anchor * 9);
            assertLe(answer * 10, anchor * 11);
        }
    }

    function _latest() private view returns (uint80, uint256) {
        (uint80 round, int256 answer,,,) = network.reportedFeed.latestRoundData();
        return (round, SafeCast.toUint256(answer));
    }
}
