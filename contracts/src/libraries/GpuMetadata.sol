// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Base64} from "@openzeppelin/contracts/utils/Base64.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {GpuStatus} from "contracts/src/types/Types.sol";

/// @title What wallets and marketplaces show of a GPU NFT
library GpuMetadata {
    /// @notice ERC-721 metadata as a `data:application/json;base64,` URI. A pool and operator of 0: in no pool.
    function toDataUri(
        uint256 gpuId,
        bytes32 modelId,
        uint256 poolId,
        uint256 operatorId,
        GpuStatus status,
        bytes32 uuidHash
    ) internal pure returns (string memory) {
        string memory traits = string.concat(
            _trait("model", Strings.toHexString(uint256(modelId), 32)),
            ",",
            _trait("pool", Strings.toString(poolId)),
            ",",
            _trait("operator", Strings.toString(operatorId)),
            ",",
            _trait("status", _label(status)),
            ",",
            _trait("uuidHash", Strings.toHexString(uint256(uuidHash), 32))
        );
        string memory json = string.concat(
            '{"name":"Berkeley Compute GPU #',
            Strings.toString(gpuId),
            '","description":"The digital twin of one physical GPU.","attributes":[',
            traits,
            "]}"
        );
        return string.concat("data:application/json;base64,", Base64.encode(bytes(json)));
    }

    function _trait(string memory name, string memory value) private pure returns (string memory) {
        return string.concat('{"trait_type":"', name, '","value":"', value, '"}');
    }

    function _label(GpuStatus status) private pure returns (string memory) {
        if (status == GpuStatus.ACTIVE) return "ACTIVE";
        return status == GpuStatus.OFFLINE ? "OFFLINE" : "RETIRED";
    }
}
