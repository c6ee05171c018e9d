// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDataCredits} from "contracts/src/interfaces/IDataCredits.sol";
import {IMarketplace} from "contracts/src/interfaces/IMarketplace.sol";
import {IMeter} from "contracts/src/interfaces/IMeter.sol";
import {Base} from "contracts/test/Base.t.sol";

contract SettleManyTest is Base {
    uint256 private _secondGpu;
    uint256[] private _ids;

    function setUp() public override {
        super.setUp();
        _secondGpu = _mintGpu(poolId, "gpu 2");
        _ids.push(_rent(alice, gpuId, 5e6));
        _ids.push(_rent(bob, _secondGpu, 5e6));
    }

    function test_BurnsEachOnesDueOnceAndInOneGo() external {
        _ids.push(_ids[0]);
        skip(1 hours);
        vm.expectEmit(address(network.market));
        emit IMeter.UsageSettled(_ids[0], gpuId, poolId, operatorId, alice, 2_500_000, 1.25e18, START, START + 3600, 0);
        vm.expectEmit(address(network.market));
        emit IMeter.UsageSettled(
            _ids[1], _secondGpu, poolId, operatorId, bob, 2_500_000, 1.25e18, START, START + 3600, 0
        );
        vm.expectEmit(address(network.credits));
        emit IDataCredits.CreditsBurned(address(network.market), 5e6);
        assertEq(network.market.settleMany(_ids), 5e6);

        assertEq(network.rewards.burnedIn(0), 5e6);
        assertEq(network.rewards.bctEquivalentIn(0), 2.5e18);
        assertEq(network.rewards.tallyOfPool(poolId).inEpochDc, 5e6);
        assertEq(network.rewards.tallyOfGpu(gpuId).inEpochDc, 2_500_000);
        assertEq(network.rewards.tallyOfGpu(_secondGpu).inEpochDc, 2_500_000);
        assertEq(network.credits.escrowed(), 5e6);
    }

    function test_PassesOverWhatOwesNothing() external {
        vm.prank(alice);
        network.market.end(_ids[0]);
        assertEq(network.market.settleMany(_ids), 0);
        skip(60);
        // 60 s owe 41,666.67 µDC
        assertEq(network.market.settleMany(_ids), 41_667);
    }

    function test_DoesNothingForNothing() external {
        vm.recordLogs();
        assertEq(network.market.settleMany(new uint256[](0)), 0);
        assertEq(vm.getRecordedLogs().length, 0);
    }

    function test_RefusesAllIfOneDoesNotExist() external {
        _ids.push(99);
        skip(60);
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.Marketplace_NoRental.selector, 99));
        network.market.settleMany(_ids);
    }
}
