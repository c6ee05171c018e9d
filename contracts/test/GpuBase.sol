// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {GpuNFT} from "contracts/src/GpuNFT.sol";
import {GpuStatus, OperatorMode} from "contracts/src/types/Types.sol";
import {Base} from "contracts/test/Base.t.sol";

/// @title The base network with a GPU run by the single-source operator and owned by alice, and a customer to use it
abstract contract GpuBase is Base {
    uint64 internal constant EXIT_DELAY = 3 days;

    GpuNFT internal gpus;
    uint256 internal gpu;
    address internal customer = makeAddr("customer");

    function setUp() public virtual override {
        super.setUp();
        gpus = network.gpus;
        _giveDc(customer, 200e6);
        vm.prank(owner);
        gpu = gpus.mint(poolId, alice, keccak256("gpu of alice"));
    }

    function _poolOf(OperatorMode mode) internal returns (uint256 operator, uint256 pool) {
        operator = _register(mode);
        pool = _createPool(operator, RATE);
    }

    /// @dev A member's GPU in a pool of a distributed operator.
    function _memberGpu(address member) internal returns (uint256 operator, uint256 pool, uint256 id) {
        (operator, pool) = _poolOf(OperatorMode.DISTRIBUTED);
        vm.prank(owner);
        network.operators.addMember(operator, member);
        vm.prank(member);
        id = gpus.mint(pool, member, keccak256("gpu of a member"));
    }

    function _withdraw(address holder, uint256 id) internal {
        vm.prank(holder);
        gpus.announceExit(id);
        skip(EXIT_DELAY);
        vm.prank(holder);
        gpus.withdraw(id);
    }

    /// @dev At spot, 1.250001 DC per hour, for 100 hours but a second.
    function _rentSpot(uint256 id) internal returns (uint256 rentalId) {
        vm.prank(customer);
        return network.market.rentSpot(id, 125e6, type(uint64).max);
    }

    /// @dev The 80th hour from now.
    function _book(uint256 id) internal {
        uint256 hour = vm.getBlockTimestamp() / 1 hours + 80;
        vm.prank(customer);
        network.slots.reserve(id, hour, 1, type(uint64).max);
    }

    function _setStatus(address caller, GpuStatus status) internal {
        vm.prank(caller);
        gpus.setStatus(gpu, status);
    }

    function _assertState(uint256 id, GpuStatus status, uint256 pool, uint256 operator, uint64 exitAt) internal view {
        (GpuStatus isStatus, uint256 isPool, uint256 isOperator, uint64 isExitAt) = gpus.stateOf(id);
        assertEq(uint8(isStatus), uint8(status), "status");
        assertEq(isPool, pool, "pool");
        assertEq(isOperator, operator, "operator");
        assertEq(isExitAt, exitAt, "exit");
        assertEq(gpus.poolOf(id), pool);
        assertEq(gpus.operatorOf(id), operator);
        assertEq(uint8(gpus.statusOf(id)), uint8(status));
    }
}
