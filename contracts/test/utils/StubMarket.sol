// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IGpuNFT} from "contracts/src/interfaces/IGpuNFT.sol";

/// @title What a GPU registry asks of a market, with bookings as the test says
contract StubMarket {
    mapping(uint256 gpuId => bool) public hasBookings;
    uint256 public toldCount;
    /// the GPU's pool when this market was last told that it leaves ACTIVE
    uint256 public toldPoolId;

    function setBooked(uint256 gpuId, bool isBooked) external {
        hasBookings[gpuId] = isBooked;
    }

    function onGpuInactive(uint256 gpuId) external {
        ++toldCount;
        toldPoolId = IGpuNFT(msg.sender).poolOf(gpuId);
    }
}
