// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IGpuNFT} from "contracts/src/interfaces/IGpuNFT.sol";
import {GpuStatus, KickReason, OperatorMode} from "contracts/src/types/Types.sol";
import {SlotBase} from "contracts/test/SlotBase.sol";

/// Carol brought a GPU to a distributed operator and was kicked; bob holds a slot of it two hours ahead.
contract KickedMemberTest is SlotBase {
    address private _carol = makeAddr("carol");
    uint256 private _gpu;
    uint256 private _slot;

    function setUp() public override {
        super.setUp();
        uint256 operator = _register(OperatorMode.DISTRIBUTED);
        uint256 pool = _createPool(operator, RATE);
        vm.prank(owner);
        network.operators.addMember(operator, _carol);
        vm.prank(_carol);
        _gpu = network.gpus.mint(pool, _carol, "uuid of carol's");
        _slot = _reserveOn(_gpu, bob, HOUR + 2, 1);
        vm.prank(owner);
        network.operators.kickMember(operator, _carol, KickReason.RELIABILITY);
    }

    function test_TakesItsGpuOfflineButCannotBringItBack() external {
        _setStatusOf(_carol, GpuStatus.OFFLINE);
        vm.expectRevert(abi.encodeWithSelector(IGpuNFT.GpuNFT_NotCaretaker.selector, _gpu, _carol));
        _setStatusOf(_carol, GpuStatus.ACTIVE);
        _setStatusOf(owner, GpuStatus.ACTIVE);
    }

    /// Could it bring the GPU back within the hour, nothing would ever be refunded, and the GPU stay for good.
    function test_CannotKeepTheOperatorFromLettingItGo() external {
        _setStatusOf(owner, GpuStatus.OFFLINE);
        skip(1 hours);
        vm.startPrank(owner);
        network.slots.refundUndelivered(_slot);
        network.gpus.release(_gpu);
        vm.stopPrank();
        assertEq(network.gpus.poolOf(_gpu), 0);
        assertEq(network.credits.balanceOf(bob), FUNDS);
    }

    function _setStatusOf(address caller, GpuStatus status) private {
        vm.prank(caller);
        network.gpus.setStatus(_gpu, status);
    }
}
