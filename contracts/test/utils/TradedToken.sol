// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {ERC2981} from "@openzeppelin/contracts/token/common/ERC2981.sol";

/// @title The least that the exchange trades; see {ITradedToken}
contract TradedToken is ERC721, ERC2981 {
    mapping(uint256 tokenId => uint256) public transferCount;

    constructor() ERC721("Traded", "T") {}

    function mint(address to, uint256 tokenId) external {
        _mint(to, tokenId);
    }

    /// @dev As a slot that is split: the token stays where it is and is worth less.
    function diminish(uint256 tokenId) external {
        ++transferCount[tokenId];
    }

    function setRoyalty(address receiver, uint96 bps) external {
        _setDefaultRoyalty(receiver, bps);
    }

    function supportsInterface(bytes4 interfaceId) public view override(ERC721, ERC2981) returns (bool) {
        return super.supportsInterface(interfaceId);
    }

    function _update(address to, uint256 tokenId, address auth) internal override returns (address) {
        ++transferCount[tokenId];
        return super._update(to, tokenId, auth);
    }
}
