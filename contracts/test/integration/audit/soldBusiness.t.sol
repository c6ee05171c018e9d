// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IGpuNFT} from "contracts/src/interfaces/IGpuNFT.sol";
import {IPoolRegistry} from "contracts/src/interfaces/IPoolRegistry.sol";
import {GpuStatus, OperatorMode, Rates} from "contracts/src/types/Types.sol";
import {Base} from "contracts/test/Base.t.sol";

/// The operator's owner has named itself the pricer of its pool, and sells the operator's token to bob.
contract SoldBusinessTest is Base {
    Rates private _floor = Rates(1, 1, 1);
    Rates private _cap = Rates(1e12, 1e12, 1e12);

    function setUp() public override {
        super.setUp();
        vm.prank(owner);
        network.pools.setPricer(poolId, owner, _floor, _cap, 10_000, 0);
    }

    function test_RefusesRatesOfThePricerWhomTheSellerNamed() external {
        _sell(owner, bob);
        vm.expectRevert(abi.encodeWithSelector(IPoolRegistry.PoolRegistry_CannotPrice.selector, poolId, owner));
        vm.prank(owner);
        network.pools.setRates(poolId, Rates(1, 1, 1));
    }

    function test_ShowsNoPricerUntilTheBuyerNamesOne() external {
        _sell(owner, bob);
        assertEq(network.pools.pricingOf(poolId).pricer, address(0));
        assertEq(network.pools.pricingOf(poolId).cap.spot, 0);
        vm.startPrank(bob);
        network.pools.setRates(poolId, Rates(3e6, 4e6, 5e6));
        network.pools.setPricer(poolId, alice, _floor, _cap, 10_000, 0);
        vm.stopPrank();
        assertEq(network.pools.pricingOf(poolId).pricer, alice);
        vm.prank(alice);
        network.pools.setRates(poolId, Rates(2e6, 4e6, 5e6));
    }

    function test_RefusesTheSellersWordOnGpusThatItRan() external {
        _sell(owner, bob);
        vm.expectRevert(abi.encodeWithSelector(IGpuNFT.GpuNFT_NotCaretaker.selector, gpuId, owner));
        vm.prank(owner);
        network.gpus.setStatus(gpuId, GpuStatus.OFFLINE);
        vm.prank(bob);
        network.gpus.setStatus(gpuId, GpuStatus.OFFLINE);
    }

    function test_ListensOnToAMemberOfADistributedOperator() external {
        uint256 operator = _register(OperatorMode.DISTRIBUTED);
        uint256 pool = _createPool(operator, RATE);
        vm.prank(owner);
        network.operators.addMember(operator, alice);
        vm.prank(alice);
        uint256 id = network.gpus.mint(pool, alice, "uuid of a member's");
        vm.prank(owner);
        network.operators.transferFrom(owner, bob, operator);
        vm.prank(alice);
        network.gpus.setStatus(id, GpuStatus.OFFLINE);
        assertEq(uint8(network.gpus.statusOf(id)), uint8(GpuStatus.OFFLINE));
    }

    function _sell(address from, address to) private {
        vm.prank(from);
        network.operators.transferFrom(from, to, operatorId);
    }
}
