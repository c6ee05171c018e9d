// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Base64} from "@openzeppelin/contracts/utils/Base64.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {Slot} from "contracts/src/types/Types.sol";

/// @title What wallets and marketplaces show of a time slot
library SlotMetadata {
    using Strings for uint256;

    /// @notice ERC-721 metadata as a `data:application/json;base64,` URI. Times in seconds since 1970, as `date` traits.
    function toDataUri(uint256 slotId, Slot memory slot) internal pure returns (string memory) {
        string memory json = string.concat(
            '{"name":"Berkeley Compute Time Slot #',
            slotId.toString(),
            '","description":"Hours of one GPU, paid in full.","attributes":[{"trait_type":"gpu","value":"',
            uint256(slot.gpuId).toString(),
            '"},{"trait_type":"pool","value":"',
            uint256(slot.poolId).toString(),
            '"},{"display_type":"date","trait_type":"start","value":',
            (uint256(slot.startHour) * 1 hours).toString(),
            '},{"display_type":"date","trait_type":"end","value":',
            (uint256(slot.endHour) * 1 hours).toString(),
            '},{"trait_type":"DC per hour","value":"',
            uint256(slot.hourlyDc).toString(),
            '"}]}'
        );
        return string.concat("data:application/json;base64,", Base64.encode(bytes(json)));
    }
}
