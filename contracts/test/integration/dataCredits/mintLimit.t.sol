// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Params} from "contracts/script/Deployment.sol";
import {IDataCredits} from "contracts/src/interfaces/IDataCredits.sol";
import {Base} from "contracts/test/Base.t.sol";

/// A bucket of 1,000 DC that fills in 1,000 s.
contract MintLimitTest is Base {
    function _params() internal view override returns (Params memory p) {
        p = super._params();
        p.mintCapacity = 1000e6;
        p.mintWindow = 1000;
    }

    function setUp() public override {
        super.setUp();
        _giveBct(alice, 1e24);
    }

    function test_RefusesMoreThanTheBucketHolds() external {
        vm.startPrank(alice);
        network.credits.mintExactFor(alice, 400e6, 1e24, 0);
        assertEq(network.credits.mintable(), 600e6);
        vm.expectRevert(abi.encodeWithSelector(IDataCredits.DataCredits_OverLimit.selector, 600e6 + 1, 600e6));
        network.credits.mintExactFor(alice, 600e6 + 1, 1e24, 0);
    }

    function test_RefillsSteadilyUpToItsCapacity() external {
        vm.prank(alice);
        network.credits.mintExactFor(alice, 1000e6, 1e24, 0);
        assertEq(network.credits.mintable(), 0);
        skip(1);
        assertEq(network.credits.mintable(), 1e6);
        skip(499);
        assertEq(network.credits.mintable(), 500e6);
        skip(1 days);
        assertEq(network.credits.mintable(), 1000e6);
    }

    /// A window that resets would let twice the limit through at its edge.
    function test_LetsNoBurstThroughAtTheEdgeOfAWindow() external {
        skip(999);
        _report(PRICE);
        vm.startPrank(alice);
        network.credits.mintExactFor(alice, 1000e6, 1e24, 0);
        skip(1);
        vm.expectRevert(abi.encodeWithSelector(IDataCredits.DataCredits_OverLimit.selector, 1000e6, 1e6));
        network.credits.mintExactFor(alice, 1000e6, 1e24, 0);
    }

    function test_ChangesWithoutForgivingWhatWasMinted() external {
        vm.prank(alice);
        network.credits.mintExactFor(alice, 1000e6, 1e24, 0);
        skip(500);
        vm.expectEmit(address(network.credits));
        emit IDataCredits.MintLimitSet(2000e6, 100);
        vm.prank(admin);
        network.credits.setMintLimit(2000e6, 100);
        // 500 of the old bucket were still used
        assertEq(network.credits.mintable(), 1500e6);
    }
}
