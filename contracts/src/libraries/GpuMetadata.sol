// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Base64} from "@openzeppelin/contracts/utils/Base64.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {GpuStatus} from "contracts/src/types/Types.sol";

/// @title What wallets and marketplaces show of a GPU NFT
library GpuMetadata {
    /// @notice ERC-721 metadata as a `data:application/json;base64,` URI.
    function toDataUri(uint256 gpuId, uint256 poolId, GpuStatus status, bytes32 uuidHash)
        internal
        pure
        returns (string memory)
    {
        string memory json = string.concat(
            '{"name":"Berkeley Compute GPU #',
            Strings.toString(gpuId),
            '","description":"The digital twin of one physical GPU.","attributes":[{"trait_type":"pool","value":"',
            Strings.toString(poolId),
            '"},{"trait_type":"status","value":"',
            _label(status),
            '"},{"trait_type":"uuidHash","value":"',
            Strings.toHexString(uint256(uuidHash), 32),
            '"}]}'
        );
        return string.concat("data:application/json;base64,", Base64.encode(bytes(json)));
    }

    function _label(GpuStatus status) private pure returns (string memory) {
        if (status == GpuStatus.ACTIVE) return "ACTIVE";
        return status == GpuStatus.OFFLINE ? "OFFLINE" : "RETIRED";
    }
}
