// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC2981} from "@openzeppelin/contracts/interfaces/IERC2981.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

/// @title What the exchange needs of a collection: ERC-721, ERC-2981, and a number that tells a token from its past
interface ITradedToken is IERC721, IERC2981 {
    /// @notice How often the token has moved. A collection whose tokens can be diminished in place (a slot that is split)
    /// must raise it then too: what is listed is the token as it was at this count.
    function transferCount(uint256 tokenId) external view returns (uint256);
}
