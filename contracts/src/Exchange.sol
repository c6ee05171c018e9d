// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IExchange} from "contracts/src/interfaces/IExchange.sol";
import {ITradedToken} from "contracts/src/interfaces/ITradedToken.sol";
import {Listing} from "contracts/src/types/Types.sol";

/// @title Fixed-price listings; see {IExchange}
/// @dev The currencies are the only strangers that it calls.
contract Exchange is IExchange, AccessManaged, ReentrancyGuardTransient {
    using SafeCast for uint256;
    using SafeERC20 for IERC20;

    /// a collection that asks for more gets this
    uint256 public constant MAX_ROYALTY_BPS = 1000;

    ITradedToken public immutable GPUS;
    ITradedToken public immutable SLOTS;

    mapping(address collection => mapping(uint256 tokenId => Listing)) private _listings;
    /// @inheritdoc IExchange
    mapping(address receiver => mapping(address currency => uint256)) public override royaltiesOf;
    /// @inheritdoc IExchange
    mapping(address currency => bool) public override isCurrency;

    constructor(address manager, ITradedToken gpus, ITradedToken slots) AccessManaged(manager) {
        GPUS = gpus;
        SLOTS = slots;
    }

    /// @inheritdoc IExchange
    function list(address collection, uint256 tokenId, address currency, uint256 price) external {
        ITradedToken token = _tokenOf(collection);
        _requireCurrency(currency);
        if (price == 0) revert Exchange_ZeroPrice(collection, tokenId);
        address seller = token.ownerOf(tokenId);
        if (!_actsFor(token, seller)) revert Exchange_NotSeller(collection, tokenId, msg.sender);
        if (token.getApproved(tokenId) != address(this) && !token.isApprovedForAll(seller, address(this))) {
            revert Exchange_NotApproved(collection, tokenId);
        }

        uint96 count = token.transferCount(tokenId).toUint96();
        _listings[collection][tokenId] = Listing(seller, count, currency, price.toUint96());
        emit Listed(collection, tokenId, seller, currency, price, count);
    }

    /// @inheritdoc IExchange
    function cancel(address collection, uint256 tokenId) external {
        ITradedToken token = _tokenOf(collection);
        Listing memory listing = _requireListing(collection, tokenId);
        if (!_actsFor(token, listing.seller) && listing.transferCount == token.transferCount(tokenId)) {
            revert Exchange_NotSeller(collection, tokenId, msg.sender);
        }
        delete _listings[collection][tokenId];
        emit Unlisted(collection, tokenId, listing.seller);
    }

    /// @inheritdoc IExchange
    function buy(address collection, uint256 tokenId, address currency, uint256 maxPrice, uint256 transferCount)
        external
        nonReentrant
    {
        Listing memory listing = _requireListing(collection, tokenId);
        _requireAsExpected(collection, tokenId, listing, transferCount);
        if (listing.currency != currency) revert Exchange_OtherCurrency(listing.currency, currency);
        if (listing.price > maxPrice) revert Exchange_PriceTooHigh(listing.price, maxPrice);
        if (listing.seller == msg.sender) revert Exchange_SelfPurchase(collection, tokenId, msg.sender);
        _requireCurrency(currency);

        delete _listings[collection][tokenId];
        (address receiver, uint256 royalty) = _royaltyDown(collection, tokenId, listing);
        _sell(collection, tokenId, listing, receiver, royalty);
    }

    /// @inheritdoc IExchange
    function withdrawRoyalties(address currency) external nonReentrant returns (uint256 amount) {
        amount = royaltiesOf[msg.sender][currency];
        if (amount == 0) revert Exchange_NoRoyalties(msg.sender, currency);
        royaltiesOf[msg.sender][currency] = 0;
        emit RoyaltyWithdrawn(msg.sender, currency, amount);
        IERC20(currency).safeTransfer(msg.sender, amount);
    }

    /// @inheritdoc IExchange
    function setCurrency(address currency, bool isAllowed) external restricted {
        if (currency == address(0)) revert Exchange_ZeroAddress();
        isCurrency[currency] = isAllowed;
        emit CurrencySet(currency, isAllowed);
    }

    /// @inheritdoc IExchange
    function listingOf(address collection, uint256 tokenId) external view returns (Listing memory) {
        return _listings[collection][tokenId];
    }

    /// @inheritdoc IExchange
    function isLive(address collection, uint256 tokenId) external view returns (bool) {
        Listing memory listing = _listings[collection][tokenId];
        return isCurrency[listing.currency] && listing.transferCount == ITradedToken(collection).transferCount(tokenId);
    }

    /// @dev The token and the royalty move before the event, against the usual order: of a currency that keeps a fee only
    /// what has arrived is credited, and the event must say how much that was.
    function _sell(address collection, uint256 tokenId, Listing memory listing, address receiver, uint256 royalty)
        private
    {
        // first, so that no currency lets a seller diminish what the buyer has looked at; and not safeTransferFrom: whoever
        // buys can hold, and a callback would be one more stranger
        ITradedToken(collection).transferFrom(listing.seller, msg.sender, tokenId);
        IERC20 currency = IERC20(listing.currency);
        uint256 credited = royalty == 0 ? 0 : _take(currency, royalty);
        if (credited != 0) royaltiesOf[receiver][listing.currency] += credited;
        emit Sold(collection, tokenId, listing.seller, msg.sender, listing.currency, listing.price, receiver, credited);
        currency.safeTransferFrom(msg.sender, listing.seller, listing.price - royalty);
    }

    /// @dev Moves `amount` of the buyer's here; gives what arrived of it.
    function _take(IERC20 currency, uint256 amount) private returns (uint256) {
        uint256 before = currency.balanceOf(address(this));
        currency.safeTransferFrom(msg.sender, address(this), amount);
        return currency.balanceOf(address(this)) - before;
    }

    /// @dev A seller who would pay the royalty to itself gets all at once.
    function _royaltyDown(address collection, uint256 tokenId, Listing memory listing)
        private
        view
        returns (address receiver, uint256 royalty)
    {
        (receiver, royalty) = ITradedToken(collection).royaltyInfo(tokenId, listing.price);
        royalty = Math.min(royalty, listing.price * MAX_ROYALTY_BPS / 10_000);
        if (royalty == 0 || receiver == address(0) || receiver == listing.seller) return (address(0), 0);
    }

    function _actsFor(ITradedToken token, address seller) private view returns (bool) {
        return msg.sender == seller || token.isApprovedForAll(seller, msg.sender);
    }

    function _requireAsExpected(address collection, uint256 tokenId, Listing memory listing, uint256 expected)
        private
        view
    {
        uint256 count = ITradedToken(collection).transferCount(tokenId);
        if (listing.transferCount != count) revert Exchange_ListingDead(collection, tokenId);
        if (count != expected) revert Exchange_TokenMoved(collection, tokenId, count, expected);
    }

    function _requireListing(address collection, uint256 tokenId) private view returns (Listing memory listing) {
        listing = _listings[collection][tokenId];
        if (listing.seller == address(0)) revert Exchange_NotListed(collection, tokenId);
    }

    function _requireCurrency(address currency) private view {
        if (!isCurrency[currency]) revert Exchange_CurrencyNotAllowed(currency);
    }

    function _tokenOf(address collection) private view returns (ITradedToken) {
        if (collection != address(GPUS) && collection != address(SLOTS)) {
            revert Exchange_UnknownCollection(collection);
        }
        return ITradedToken(collection);
    }
}
