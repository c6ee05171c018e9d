// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {RateLimiter} from "@openzeppelin/contracts/utils/RateLimiter.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {EpochClock} from "contracts/src/EpochClock.sol";
import {IDataCredits} from "contracts/src/interfaces/IDataCredits.sol";
import {IPriceFeed} from "contracts/src/interfaces/IPriceFeed.sol";
import {Conversion} from "contracts/src/libraries/Conversion.sol";
import {PermitSignature} from "contracts/src/types/Types.sol";

/// @title DC; see {IDataCredits}
/// @dev Calls out only to BCT and the price feed, both fixed at deployment and neither of which calls back.
contract DataCredits is IDataCredits, EpochClock, AccessManaged {
    using RateLimiter for RateLimiter.RefillingBucket;

    /// @dev One word, the only one that a burn touches.
    struct Keeper {
        bool isKeeper;
        uint120 escrowed;
        /// in all
        uint128 burned;
    }

    /// @dev One bucket for everybody.
    bytes32 private constant BUCKET = 0;

    string public constant override name = "Data Credit";
    string public constant override symbol = "DC";
    uint8 public constant override decimals = 6;

    ERC20Burnable public immutable BCT;
    IPriceFeed public immutable PRICE_FEED;

    uint256 private _minted;
    address private _market;
    // slot
    address private _slots;
    bool public override paused;
    mapping(address account => Keeper) private _keepers;

    /// @inheritdoc IDataCredits
    mapping(uint256 epoch => uint256 bctAmount) public override bctBurnedIn;
    /// @inheritdoc IDataCredits
    mapping(address account => uint256) public override balanceOf;
    /// @inheritdoc IDataCredits
    mapping(address holder => mapping(address spender => uint256)) public override spenderAllowance;
    mapping(address payer => mapping(bytes32 paymentReference => bool)) private _isUsed;
    RateLimiter.RefillingBucket private _limit;

    /// @param capacity DC that can be minted at once, 6 decimals
    /// @param window seconds in which an empty bucket fills
    constructor(
        address manager,
        ERC20Burnable bct,
        IPriceFeed priceFeed,
        uint128 capacity,
        uint32 window,
        uint64 genesisTime_,
        uint64 epochLength_
    ) AccessManaged(manager) EpochClock(genesisTime_, epochLength_) {
        BCT = bct;
        PRICE_FEED = priceFeed;
        _setMintLimit(capacity, window);
    }

    /// @inheritdoc IDataCredits
    function mintFor(address recipient, uint256 bctAmount, uint256 minDc, bytes32 paymentReference)
        external
        returns (uint256 dcAmount)
    {
        return _mintFor(recipient, bctAmount, minDc, paymentReference);
    }

    /// @inheritdoc IDataCredits
    function mintExactFor(address recipient, uint256 dcAmount, uint256 maxBct, bytes32 paymentReference)
        external
        returns (uint256 bctAmount)
    {
        return _mintExactFor(recipient, dcAmount, maxBct, paymentReference);
    }

    /// @inheritdoc IDataCredits
    function mintForWithPermit(
        address recipient,
        uint256 bctAmount,
        uint256 minDc,
        bytes32 paymentReference,
        PermitSignature calldata signature
    ) external returns (uint256 dcAmount) {
        _permit(bctAmount, signature);
        return _mintFor(recipient, bctAmount, minDc, paymentReference);
    }

    /// @inheritdoc IDataCredits
    function mintExactForWithPermit(
        address recipient,
        uint256 dcAmount,
        uint256 maxBct,
        bytes32 paymentReference,
        PermitSignature calldata signature
    ) external returns (uint256 bctAmount) {
        _permit(maxBct, signature);
        return _mintExactFor(recipient, dcAmount, maxBct, paymentReference);
    }

    /// @inheritdoc IDataCredits
    function setSpender(address spender, uint256 amount) external {
        spenderAllowance[msg.sender][spender] = amount;
        emit SpenderSet(msg.sender, spender, amount);
    }

    /// @inheritdoc IDataCredits
    function escrow(address holder, address spender, uint256 amount) external {
        Keeper storage keeper = _requireKeeper();
        uint256 balance = balanceOf[holder];
        if (balance < amount) revert DataCredits_Insufficient(holder, balance, amount);
        if (spender != holder) {
            uint256 allowed = spenderAllowance[holder][spender];
            if (allowed < amount) revert DataCredits_OverAllowance(holder, spender, allowed, amount);
            spenderAllowance[holder][spender] = allowed - amount;
        }
        balanceOf[holder] = balance - amount;
        keeper.escrowed += SafeCast.toUint120(amount);
        emit CreditsEscrowed(msg.sender, holder, spender, amount);
    }

    /// @inheritdoc IDataCredits
    function release(address holder, uint256 amount) external {
        Keeper storage keeper = _requireKeeper();
        keeper.escrowed = _escrowLess(keeper, amount);
        balanceOf[holder] += amount;
        emit CreditsReturned(msg.sender, holder, amount);
    }

    /// @inheritdoc IDataCredits
    function burnEscrowed(uint256 amount) external {
        Keeper storage keeper = _requireKeeper();
        keeper.escrowed = _escrowLess(keeper, amount);
        keeper.burned += SafeCast.toUint128(amount);
        emit CreditsBurned(msg.sender, amount);
    }

    /// @inheritdoc IDataCredits
    function setKeepers(address market, address slots) external restricted {
        if (_market != address(0)) revert DataCredits_KeepersSet(_market, _slots);
        if (market == address(0) || slots == address(0) || market == slots) {
            revert DataCredits_BadKeepers(market, slots);
        }
        (_market, _slots) = (market, slots);
        _keepers[market].isKeeper = true;
        _keepers[slots].isKeeper = true;
        emit KeepersSet(market, slots);
    }

    /// @inheritdoc IDataCredits
    function setMintLimit(uint128 capacity, uint32 window) external restricted {
        _limit.sync(BUCKET);
        _setMintLimit(capacity, window);
    }

    /// @inheritdoc IDataCredits
    function setPaused(bool isPaused) external restricted {
        paused = isPaused;
        emit IntakePaused(isPaused);
    }

    /// @inheritdoc IDataCredits
    function keepers() external view returns (address market, address slots) {
        return (_market, _slots);
    }

    /// @inheritdoc IDataCredits
    function totalSupply() external view returns (uint256) {
        return _minted - _keepers[_market].burned - _keepers[_slots].burned;
    }

    /// @inheritdoc IDataCredits
    function escrowed() external view returns (uint256) {
        return uint256(_keepers[_market].escrowed) + _keepers[_slots].escrowed;
    }

    /// @inheritdoc IDataCredits
    function escrowOf(address keeper) external view returns (uint256) {
        return _keepers[keeper].escrowed;
    }

    /// @inheritdoc IDataCredits
    function mintable() external view returns (uint256) {
        return _limit.available(BUCKET);
    }

    function _mintFor(address recipient, uint256 bctAmount, uint256 minDc, bytes32 paymentReference)
        private
        returns (uint256 dcAmount)
    {
        uint256 price = PRICE_FEED.acceptPrice();
        dcAmount = Conversion.toDcDown(bctAmount, price);
        if (dcAmount < minDc) revert DataCredits_TooFewCredits(dcAmount, minDc);
        _mint(recipient, bctAmount, dcAmount, price, paymentReference);
    }

    function _mintExactFor(address recipient, uint256 dcAmount, uint256 maxBct, bytes32 paymentReference)
        private
        returns (uint256 bctAmount)
    {
        uint256 price = PRICE_FEED.acceptPrice();
        bctAmount = Conversion.toBctUp(dcAmount, price);
        if (bctAmount > maxBct) revert DataCredits_TooMuchBct(bctAmount, maxBct);
        _mint(recipient, bctAmount, dcAmount, price, paymentReference);
    }

    /// @dev Whoever sees the signature can use it first: the allowance then stands, and the purchase goes on.
    function _permit(uint256 bctAmount, PermitSignature calldata s) private {
        try IERC20Permit(address(BCT)).permit(msg.sender, address(this), bctAmount, s.deadline, s.v, s.r, s.s) {}
            catch {}
    }

    function _mint(address recipient, uint256 bctAmount, uint256 dcAmount, uint256 price, bytes32 paymentReference)
        private
    {
        if (paused) revert DataCredits_Paused();
        if (recipient == address(0)) revert DataCredits_ZeroRecipient();
        if (dcAmount == 0) revert DataCredits_ZeroAmount();
        if (!_limit.tryConsume(BUCKET, dcAmount)) {
            revert DataCredits_OverLimit(dcAmount, _limit.available(BUCKET));
        }
        if (paymentReference != 0) {
            if (_isUsed[msg.sender][paymentReference]) {
                revert DataCredits_ReferenceUsed(msg.sender, paymentReference);
            }
            _isUsed[msg.sender][paymentReference] = true;
        }
        _minted += dcAmount;
        balanceOf[recipient] += dcAmount;
        bctBurnedIn[_currentEpoch()] += bctAmount;
        emit CreditsMinted(msg.sender, recipient, paymentReference, bctAmount, dcAmount, price);
        BCT.burnFrom(msg.sender, bctAmount);
    }

    function _setMintLimit(uint128 capacity, uint32 window) private {
        _limit.updateSettings(window, capacity);
        emit MintLimitSet(capacity, window);
    }

    function _requireKeeper() private view returns (Keeper storage keeper) {
        keeper = _keepers[msg.sender];
        if (!keeper.isKeeper) revert DataCredits_NotKeeper(msg.sender);
    }

    /// @dev What a keeper's escrow holds without `amount`.
    function _escrowLess(Keeper storage keeper, uint256 amount) private view returns (uint120) {
        uint120 held = keeper.escrowed;
        if (amount > held) revert DataCredits_EscrowShort(msg.sender, held, amount);
        return held - SafeCast.toUint120(amount);
    }
}
