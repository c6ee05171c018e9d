// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";
import {IMarketplace} from "contracts/src/interfaces/IMarketplace.sol";
import {IERC4907} from "contracts/src/interfaces/IERC4907.sol";
import {IMeter} from "contracts/src/interfaces/IMeter.sol";
import {EndReason, GpuStatus} from "contracts/src/types/Types.sol";
import {SlotBase} from "contracts/test/SlotBase.sol";

/// Alice's slot has four hours, the first of which begins at START. Bob gets it.
contract TransferTest is SlotBase {
    uint256 private _id;

    function setUp() public override {
        super.setUp();
        _id = _reserve(alice, HOUR, 4);
    }

    function test_SettlesWhatHasPassedForTheFormerHolder() external {
        skip(3601);
        _setStatus(GpuStatus.OFFLINE);
        _setStatus(GpuStatus.ACTIVE);
        skip(6600);
        vm.expectEmit(address(network.slots));
        emit IMeter.UsageSettled(_id, gpuId, poolId, operatorId, alice, 2_500_000, 1.25e18, START, START + 7200, 0);
        _transfer(alice, bob);
        // the second hour was interrupted
        assertEq(network.credits.balanceOf(alice), FUNDS - 10e6 + 2_500_000);
        assertEq(network.slots.escrowOf(_id), 5e6);
    }

    function test_SettlesWhatComesForTheNewHolder() external {
        _transfer(alice, bob);
        skip(1 hours);
        _setStatus(GpuStatus.OFFLINE);
        skip(1 hours);
        vm.expectEmit(address(network.slots));
        emit IMeter.UsageSettled(_id, gpuId, poolId, operatorId, bob, 2_500_000, 1.25e18, START, START + 7200, 0);
        network.slots.settleSlot(_id);
        assertEq(network.credits.balanceOf(bob), FUNDS + 2_500_000);
    }

    /// Wherever it goes, what is burned and refunded in all is what was paid.
    function test_ChangesNothingInWhatTheSlotCosts() external {
        for (uint256 i; i < 5; ++i) {
            (address from, address to) = i % 2 == 0 ? (alice, bob) : (bob, alice);
            _transfer(from, to);
            skip(50 minutes);
        }
        network.slots.settleSlot(_id);
        assertEq(network.rewards.burnedIn(0), 10e6);
        assertEq(network.credits.totalSupply(), 2 * FUNDS - 10e6);
    }

    function test_LeavesAUseThatHasEndedAsItIs() external {
        uint256 rentalId = _checkIn(alice, _id);
        vm.prank(alice);
        network.market.end(rentalId);
        skip(600);
        vm.recordLogs();
        _transfer(alice, bob);
        // of the slot's Transfer alone: the market has nothing more to tell
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 1);
        assertEq(logs[0].emitter, address(network.slots));
    }

    function test_EndsTheUse() external {
        uint256 rentalId = _checkIn(alice, _id);
        skip(600);
        vm.expectEmit(address(network.market));
        emit IMarketplace.RentalEnded(rentalId, gpuId, EndReason.SLOT, 0, START + 600);
        _transfer(alice, bob);
        assertEq(network.slots.rentalOf(_id), 0);
        assertEq(network.market.userOf(gpuId), address(0));
        _checkIn(bob, _id);
        assertEq(network.market.userOf(gpuId), bob);
    }

    function test_ClearsTheUser() external {
        vm.prank(alice);
        network.slots.setUser(_id, stranger, START + 1 days);
        vm.expectEmit(address(network.slots));
        emit IERC4907.UpdateUser(_id, address(0), 0);
        _transfer(alice, bob);
        assertEq(network.slots.userOf(_id), address(0));
        assertEq(network.slots.userExpires(_id), 0);
    }

    function test_CountsTheMoves() external {
        assertEq(network.slots.transferCount(_id), 0);
        _transfer(alice, bob);
        _transfer(bob, alice);
        assertEq(network.slots.transferCount(_id), 2);
    }

    function test_LeavesAllAsItIsWhenItGoesToItsHolder() external {
        uint256 rentalId = _checkIn(alice, _id);
        vm.prank(alice);
        network.slots.setUser(_id, stranger, START + 1 days);
        _transfer(alice, alice);
        assertEq(network.slots.transferCount(_id), 0);
        assertEq(network.slots.userOf(_id), stranger);
        assertEq(network.market.runningRental(gpuId), rentalId);
    }

    function test_MovesWhetherOrNotTheGpuIsThere() external {
        _setStatus(GpuStatus.OFFLINE);
        skip(90 minutes);
        _transfer(alice, bob);
        assertEq(network.slots.ownerOf(_id), bob);
        assertEq(network.credits.balanceOf(alice), FUNDS - 7_500_000);
    }

    function _transfer(address from, address to) private {
        vm.prank(from);
        network.slots.transferFrom(from, to, _id);
    }
}
