// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Listing} from "contracts/src/types/Types.sol";

/// @title Listings of GPU NFTs and slots at fixed prices
/// @notice Tokens stay with their sellers until they are sold. A listing dies when its token moves. The price is paid in
/// an ERC-20 that the network allows: to the seller at once, less the royalty, which waits here until it is withdrawn.
interface IExchange {
    /// @notice The token can be bought at `price`. Takes the place of an earlier listing of it.
    event Listed(
        address indexed collection,
        uint256 indexed tokenId,
        address indexed seller,
        address currency,
        uint256 price,
        uint256 transferCount
    );
    /// @notice A listing was taken back, or cleared away after its token had moved.
    event Unlisted(address indexed collection, uint256 indexed tokenId, address indexed seller);
    /// @notice The token was sold. `price` is what the buyer paid; `royalty`, a part of it, is what was credited to
    /// `royaltyReceiver`. No royalty: zero and the zero address.
    event Sold(
        address indexed collection,
        uint256 indexed tokenId,
        address indexed seller,
        address buyer,
        address currency,
        uint256 price,
        address royaltyReceiver,
        uint256 royalty
    );
    /// @notice `receiver` took the royalties credited to it.
    event RoyaltyWithdrawn(address indexed receiver, address indexed currency, uint256 amount);
    /// @notice Whether prices may be in `currency` from now on.
    event CurrencySet(address indexed currency, bool isAllowed);

    /// @notice The exchange trades two collections; this is neither.
    error Exchange_UnknownCollection(address collection);
    /// @notice Nothing is sold for `currency`.
    error Exchange_CurrencyNotAllowed(address currency);
    /// @notice No token is given away.
    error Exchange_ZeroPrice(address collection, uint256 tokenId);
    /// @notice `account` neither owns the token, or has listed it, nor acts for whoever did.
    error Exchange_NotSeller(address collection, uint256 tokenId, address account);
    /// @notice The exchange couldn't hand the token over: approve it first.
    error Exchange_NotApproved(address collection, uint256 tokenId);
    /// @notice The token isn't listed.
    error Exchange_NotListed(address collection, uint256 tokenId);
    /// @notice The token has moved since it was listed.
    error Exchange_ListingDead(address collection, uint256 tokenId);
    /// @notice The buyer named a state of the token that it isn't in.
    error Exchange_TokenMoved(address collection, uint256 tokenId, uint256 transferCount, uint256 expected);
    /// @notice The token is sold for another currency than the buyer named.
    error Exchange_OtherCurrency(address currency, address expected);
    /// @notice The token costs more than the buyer named.
    error Exchange_PriceTooHigh(uint256 price, uint256 maxPrice);
    /// @notice The seller can't buy from itself.
    error Exchange_SelfPurchase(address collection, uint256 tokenId, address account);
    /// @notice No royalties are credited.
    error Exchange_NoRoyalties(address receiver, address currency);
    /// @notice The zero address can't be a currency.
    error Exchange_ZeroAddress();

    /// @notice Offers a token. By its owner or whoever may act for the owner in all of the collection; the owner is paid.
    /// @param price what a buyer pays in all, in base units of `currency`
    function list(address collection, uint256 tokenId, address currency, uint256 price) external;

    /// @notice Takes a listing back. By its seller, or whoever may act for the seller; by anyone once it is dead.
    function cancel(address collection, uint256 tokenId) external;

    /// @notice Buys a token, which must not have changed since the buyer looked. Takes the price from the caller's
    /// allowance.
    /// @param currency the currency it was offered for
    /// @param maxPrice the most that is paid
    /// @param transferCount the token's count when the buyer looked at it
    function buy(address collection, uint256 tokenId, address currency, uint256 maxPrice, uint256 transferCount)
        external;

    /// @notice Pays the caller its royalties, whether or not the currency is still allowed.
    function withdrawRoyalties(address currency) external returns (uint256 amount);

    /// @notice Allows a currency, or ends listings and purchases in it. By the admin. Royalties stay payable.
    /// @dev A currency whose balances change by themselves (rebasing) must not be allowed: credits are sums of what came.
    function setCurrency(address currency, bool isAllowed) external;

    /// @notice The last listing of a token, dead or alive; zeros if there is none.
    function listingOf(address collection, uint256 tokenId) external view returns (Listing memory);

    /// @notice Whether the token is listed and hasn't moved since, in a currency that is allowed.
    function isLive(address collection, uint256 tokenId) external view returns (bool);

    /// @notice What `receiver` can withdraw.
    function royaltiesOf(address receiver, address currency) external view returns (uint256);

    /// @notice Whether prices may be in `currency`.
    function isCurrency(address currency) external view returns (bool);
}
