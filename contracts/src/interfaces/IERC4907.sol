// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title ERC-4907: an NFT whose holder can name a user for a time
interface IERC4907 {
    /// @notice `user` may use the token until `expires`, seconds since 1970; the zero address: nobody but the holder.
    event UpdateUser(uint256 indexed tokenId, address indexed user, uint64 expires);

    /// @notice Names the user. By the holder or whoever it approved. A move of the token clears it.
    function setUser(uint256 tokenId, address user, uint64 expires) external;

    /// @notice The user named, if the time hasn't passed; else zero.
    function userOf(uint256 tokenId) external view returns (address);

    /// @notice When the user's time passes, or 0.
    function userExpires(uint256 tokenId) external view returns (uint256);
}
