// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDataCredits} from "contracts/src/interfaces/IDataCredits.sol";
import {ITimeSlots} from "contracts/src/interfaces/ITimeSlots.sol";
import {GpuStatus} from "contracts/src/types/Types.sol";
import {SlotBase} from "contracts/test/SlotBase.sol";

contract SettleSlotsTest is SlotBase {
    uint256[] private _ids;

    function setUp() public override {
        super.setUp();
        _ids.push(_reserve(alice, HOUR, 1));
        _ids.push(_reserve(bob, HOUR + 1, 2));
    }

    function test_BurnsWhatAllHaveDeliveredAtOnce() external {
        _ids.push(_ids[0]);
        skip(2 hours);
        vm.expectEmit(address(network.credits));
        emit IDataCredits.CreditsBurned(address(network.slots), 5e6);
        network.slots.settleSlots(_ids);
        assertEq(network.rewards.burnedIn(0), 5e6);
        assertEq(network.credits.escrowed(), 2_500_000);
    }

    function test_RefundsEachHolderItsOwn() external {
        _setStatus(GpuStatus.OFFLINE);
        skip(3 hours);
        network.slots.settleSlots(_ids);
        assertEq(network.credits.balanceOf(alice), FUNDS);
        assertEq(network.credits.balanceOf(bob), FUNDS);
        assertEq(network.credits.totalSupply(), 2 * FUNDS);
    }

    function test_DoesNothingWithNothingToSettle() external {
        vm.recordLogs();
        network.slots.settleSlots(_ids);
        network.slots.settleSlots(new uint256[](0));
        assertEq(vm.getRecordedLogs().length, 0);
    }

    /// Somebody's merge or refund, or a wrong id, doesn't spoil a keeper's batch. Alice's hour is burned all the same.
    function test_PassesOverThoseThatDoNotExist() external {
        uint256[] memory ids = new uint256[](3);
        (ids[0], ids[1], ids[2]) = (99, _ids[0], 0);
        skip(1 hours);
        network.slots.settleSlots(ids);
        assertEq(network.rewards.burnedIn(0), 2_500_000);
        assertEq(network.credits.escrowed(), 5_000_000);
    }
}
