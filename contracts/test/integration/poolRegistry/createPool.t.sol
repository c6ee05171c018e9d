// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IOperatorRegistry} from "contracts/src/interfaces/IOperatorRegistry.sol";
import {IPoolRegistry} from "contracts/src/interfaces/IPoolRegistry.sol";
import {Rates, ShareRule} from "contracts/src/types/Types.sol";
import {Base} from "contracts/test/Base.t.sol";

contract CreatePoolTest is Base {
    string private constant MODEL = "NVIDIA A100-SXM4-80GB";
    Rates private _someRates = Rates(1e6, 2e6, 15e5);
    ShareRule private _someShares = ShareRule(1000, 7500, 1500);

    function test_OpensAPool() external {
        vm.expectEmit(address(network.pools));
        emit IPoolRegistry.PoolCreated(2, operatorId, keccak256(bytes(MODEL)), MODEL, "us-east", 1000, 7500, 1500);
        vm.expectEmit(address(network.pools));
        emit IPoolRegistry.RatesSet(2, owner, 1e6, 2e6, 15e5);
        vm.prank(owner);
        uint256 id = network.pools.createPool(operatorId, MODEL, "us-east", _someRates, _someShares);

        assertEq(id, 2);
        assertEq(network.pools.operatorOf(id), operatorId);
        assertEq(network.pools.modelOf(id), keccak256(bytes(MODEL)));
        assertEq(network.pools.ratesOf(id).spot, 1e6);
        assertEq(network.pools.ratesOf(id).onDemand, 2e6);
        assertEq(network.pools.ratesOf(id).reserved, 15e5);
        assertEq(network.pools.sharesOf(id).operatorBps, 1000);
        assertEq(network.pools.sharesOf(id).poolBps, 7500);
        assertEq(network.pools.sharesOf(id).gpuBps, 1500);
        assertEq(network.pools.termDiscountsOf(id).length, 0);
        assertEq(network.pools.pricingOf(id).pricer, address(0));
    }

    function test_RefusesSharesThatDoNotSumToTheWhole() external {
        vm.startPrank(owner);
        vm.expectRevert(abi.encodeWithSelector(IPoolRegistry.PoolRegistry_BadShares.selector, 9999));
        network.pools.createPool(operatorId, MODEL, "us-east", _someRates, ShareRule(999, 7500, 1500));
        // three of the largest don't wrap around
        vm.expectRevert(abi.encodeWithSelector(IPoolRegistry.PoolRegistry_BadShares.selector, 196_605));
        network.pools.createPool(operatorId, MODEL, "us-east", _someRates, ShareRule(65_535, 65_535, 65_535));
    }

    function test_RefusesTextsThatAreEmptyOrTooLong() external {
        string memory longest = string(new bytes(64));
        string memory tooLong = string(new bytes(65));
        vm.startPrank(owner);
        network.pools.createPool(operatorId, longest, longest, _someRates, _someShares);
        _refusesTexts("", "us-east", 0, 7);
        _refusesTexts(MODEL, "", 21, 0);
        _refusesTexts(tooLong, "us-east", 65, 7);
        _refusesTexts(MODEL, tooLong, 21, 65);
    }

    function test_RefusesWhoeverIsNotTheOperator() external {
        vm.expectRevert(
            abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_NotOperator.selector, operatorId, stranger)
        );
        vm.prank(stranger);
        network.pools.createPool(operatorId, MODEL, "us-east", _someRates, _someShares);
    }

    function test_HasNothingToTellOfAPoolThatDoesNotExist() external {
        bytes memory refusal = abi.encodeWithSelector(IPoolRegistry.PoolRegistry_NoPool.selector, 99);
        vm.expectRevert(refusal);
        network.pools.operatorOf(99);
        vm.expectRevert(refusal);
        network.pools.modelOf(99);
        vm.expectRevert(refusal);
        network.pools.ratesOf(99);
        vm.expectRevert(refusal);
        network.pools.reservedRate(99, 1);
        vm.expectRevert(refusal);
        network.pools.termDiscountsOf(99);
        vm.expectRevert(refusal);
        network.pools.pricingOf(99);
        vm.expectRevert(refusal);
        network.pools.sharesOf(99);
        vm.expectRevert(refusal);
        network.pools.sharesAt(99, 0);
    }

    function _refusesTexts(string memory model, string memory region, uint256 modelLength, uint256 regionLength)
        private
    {
        vm.expectRevert(abi.encodeWithSelector(IPoolRegistry.PoolRegistry_BadText.selector, modelLength, regionLength));
        network.pools.createPool(operatorId, model, region, _someRates, _someShares);
    }
}
