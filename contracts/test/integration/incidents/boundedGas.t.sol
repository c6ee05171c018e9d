// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SlotBase} from "contracts/test/SlotBase.sol";

/// Unbounded loops: what a call costs mustn't grow with how many others there are or how long nobody came. Isolated, so
/// that each call is measured as a transaction of its own.
/// forge-config: default.isolate = true
contract BoundedGasTest is SlotBase {
    function test_SettlesAtOneCostHoweverLargeThePool() external {
        uint256 first = _rentOnDemand(alice, 5e6);
        skip(60);
        network.market.settle(first);
        skip(60);
        network.market.settle(first);
        uint256 alone = vm.lastCallGas().gasTotalUsed;
        for (uint256 i; i < 40; ++i) {
            uint256 other = _mintGpu(poolId, vm.toString(i));
            vm.prank(bob);
            network.market.rentOnDemand(other, 5e6, RATE);
        }
        skip(60);
        network.market.settle(first);
        assertEq(vm.lastCallGas().gasTotalUsed, alone);
    }

    /// The first settlement of an epoch, after one day and after a hundred.
    function test_SettlesAtOneCostHoweverManyEpochsWereIdle() external {
        uint256 usual = _costAfter(1 days);
        assertEq(_costAfter(100 days), usual);
    }

    function test_EndsAtOneCostHoweverLongTheFundsHaveBeenGone() external {
        // the first end of all writes words that were empty
        _costOfEndAfter(1 days);
        uint256 usual = _costOfEndAfter(1 days);
        assertEq(_costOfEndAfter(100 days), usual);
    }

    /// A slot looks up one word of outages for each 256 of its own hours: 35 of them in a year.
    function test_SettlesASlotAtACostOfItsOwnLengthOnly() external {
        uint256 shortId = _reserve(alice, HOUR + 1, 1);
        uint256 longId = _reserve(alice, HOUR + 2, 8760);
        skip(400 days);
        network.slots.settleSlot(shortId);
        network.slots.settleSlot(longId);
        uint256 long = vm.lastCallGas().gasTotalUsed;
        assertLt(long, 300_000);
        skip(4000 days);
        network.slots.settleSlot(longId);
        assertLt(vm.lastCallGas().gasTotalUsed, 60_000);
    }

    function _costAfter(uint256 pause) private returns (uint256) {
        uint256 id = _rentOnDemand(alice, 5e6);
        skip(60);
        network.market.settle(id);
        skip(pause);
        network.market.settle(id);
        return vm.lastCallGas().gasTotalUsed;
    }

    function _costOfEndAfter(uint256 pause) private returns (uint256) {
        uint256 id = _rentOnDemand(alice, 5e6);
        skip(pause);
        network.market.end(id);
        return vm.lastCallGas().gasTotalUsed;
    }
}
