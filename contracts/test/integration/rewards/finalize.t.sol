// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEpochRewards} from "contracts/src/interfaces/IEpochRewards.sol";
import {EpochBase} from "contracts/test/EpochBase.t.sol";

contract FinalizeTest is EpochBase {
    function setUp() public override {
        super.setUp();
        _wire();
        _closeWith(50e18);
    }

    function test_MintsTheTotalAndTakesTheRoot() external {
        _commit(0, _values("root", 40e18));
        skip(1 days);
        vm.expectEmit(address(rewards));
        emit IEpochRewards.EpochFinalized(0, "root", 40e18);
        vm.prank(stranger);
        rewards.finalize(0);
        assertEq(rewards.finalizedCount(), 1);
        assertEq(rewards.claimsRoot(), "root");
        assertEq(token.balanceOf(address(rewards)), 40e18);
        // what the budget would have allowed beyond it is gone
        assertEq(token.totalSupply(), 1e27 + 40e18);
    }

    function test_FinalizesAnEpochOfNothing() external {
        _commit(0, _values(0, 0));
        skip(1 days);
        rewards.finalize(0);
        assertEq(rewards.finalizedCount(), 1);
        assertEq(token.totalSupply(), 1e27);
    }

    function test_WaitsForTheLastSecondOfIt() external {
        _commit(0, _values("root", 40e18));
        skip(1 days - 1);
        vm.expectRevert(abi.encodeWithSelector(IEpochRewards.EpochRewards_WindowOpen.selector, 0, GENESIS + 2 days));
        rewards.finalize(0);
        assertEq(rewards.claimsRoot(), 0);
        skip(1);
        rewards.finalize(0);
    }

    function test_FinalizesInOrderAndOnce() external {
        _closeWith(0);
        _commit(0, _values("a", 50e18));
        _commit(1, _values("b", 0));
        skip(1 days);
        vm.expectRevert(abi.encodeWithSelector(IEpochRewards.EpochRewards_NotNextToFinalize.selector, 1, 0));
        rewards.finalize(1);
        rewards.finalize(0);
        vm.expectRevert(abi.encodeWithSelector(IEpochRewards.EpochRewards_NotNextToFinalize.selector, 0, 1));
        rewards.finalize(0);
        rewards.finalize(1);
        assertEq(rewards.claimsRoot(), "b");
        assertEq(token.balanceOf(address(rewards)), 50e18);
    }

    function test_RefusesAnEpochThatIsntCommitted() external {
        vm.expectRevert(abi.encodeWithSelector(IEpochRewards.EpochRewards_NotCommitted.selector, 0));
        rewards.finalize(0);
    }
}
