// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {RateLimiter} from "@openzeppelin/contracts/utils/RateLimiter.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IDataCredits} from "contracts/src/interfaces/IDataCredits.sol";
import {IPriceFeed} from "contracts/src/interfaces/IPriceFeed.sol";
import {Conversion} from "contracts/src/libraries/Conversion.sol";

/// @title DC; see {IDataCredits}
/// @dev Calls out only to BCT and the price feed, both fixed at deployment and neither of which calls back.
contract DataCredits is IDataCredits, AccessManaged {
    using RateLimiter for RateLimiter.RefillingBucket;

    /// @dev One bucket for everybody.
    bytes32 private constant BUCKET = 0;

    string public constant override name = "Data Credit";
    string public constant override symbol = "DC";
    uint8 public constant override decimals = 6;

    ERC20Burnable public immutable BCT;
    IPriceFeed public immutable PRICE_FEED;

    // slot: both move in the same calls
    uint128 private _totalSupply;
    uint128 private _escrowed;
    // slot
    address public override market;
    bool public override paused;

    /// @inheritdoc IDataCredits
    mapping(address account => uint256) public override balanceOf;
    /// @inheritdoc IDataCredits
    mapping(address holder => mapping(address spender => uint256)) public override spenderAllowance;
    mapping(address payer => mapping(bytes32 paymentReference => bool)) private _isUsed;
    RateLimiter.RefillingBucket private _limit;

    /// @param capacity DC that can be minted at once, 6 decimals
    /// @param window seconds in which an empty bucket fills
    constructor(address manager, ERC20Burnable bct, IPriceFeed priceFeed, uint128 capacity, uint32 window)
        AccessManaged(manager)
    {
        BCT = bct;
        PRICE_FEED = priceFeed;
        _setMintLimit(capacity, window);
    }

    modifier onlyMarket() {
        _requireMarket();
        _;
    }

    /// @inheritdoc IDataCredits
    function mintFor(address recipient, uint256 bctAmount, uint256 minDc, bytes32 paymentReference)
        external
        returns (uint256 dcAmount)
    {
        uint256 price = PRICE_FEED.acceptPrice();
        dcAmount = Conversion.toDcDown(bctAmount, price);
        if (dcAmount < minDc) revert DataCredits_TooFewCredits(dcAmount, minDc);
        _mint(recipient, bctAmount, dcAmount, price, paymentReference);
    }

    /// @inheritdoc IDataCredits
    function mintExactFor(address recipient, uint256 dcAmount, uint256 maxBct, bytes32 paymentReference)
        external
        returns (uint256 bctAmount)
    {
        uint256 price = PRICE_FEED.acceptPrice();
        bctAmount = Conversion.toBctUp(dcAmount, price);
        if (bctAmount > maxBct) revert DataCredits_TooMuchBct(bctAmount, maxBct);
        _mint(recipient, bctAmount, dcAmount, price, paymentReference);
    }

    /// @inheritdoc IDataCredits
    function setSpender(address spender, uint256 amount) external {
        spenderAllowance[msg.sender][spender] = amount;
        emit SpenderSet(msg.sender, spender, amount);
    }

    /// @inheritdoc IDataCredits
    function escrow(address holder, address spender, uint256 amount) external onlyMarket {
        uint256 balance = balanceOf[holder];
        if (balance < amount) revert DataCredits_Insufficient(holder, balance, amount);
        if (spender != holder) {
            uint256 allowed = spenderAllowance[holder][spender];
            if (allowed < amount) revert DataCredits_OverAllowance(holder, spender, allowed, amount);
            spenderAllowance[holder][spender] = allowed - amount;
        }
        balanceOf[holder] = balance - amount;
        _escrowed += SafeCast.toUint128(amount);
        emit CreditsEscrowed(holder, spender, amount);
    }

    /// @inheritdoc IDataCredits
    function release(address holder, uint256 amount) external onlyMarket {
        _takeFromEscrow(amount);
        balanceOf[holder] += amount;
        emit CreditsReturned(holder, amount);
    }

    /// @inheritdoc IDataCredits
    function burnEscrowed(address holder, uint256 amount) external onlyMarket {
        _takeFromEscrow(amount);
        _totalSupply -= SafeCast.toUint128(amount);
        emit CreditsBurned(holder, amount);
    }

    /// @inheritdoc IDataCredits
    function setMarket(address market_) external restricted {
        if (market != address(0)) revert DataCredits_MarketSet(market);
        market = market_;
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
    function totalSupply() external view returns (uint256) {
        return _totalSupply;
    }

    /// @inheritdoc IDataCredits
    function escrowed() external view returns (uint256) {
        return _escrowed;
    }

    /// @inheritdoc IDataCredits
    function mintable() external view returns (uint256) {
        return _limit.available(BUCKET);
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
        _totalSupply += SafeCast.toUint128(dcAmount);
        balanceOf[recipient] += dcAmount;
        emit CreditsMinted(msg.sender, recipient, paymentReference, bctAmount, dcAmount, price);
        BCT.burnFrom(msg.sender, bctAmount);
    }

    function _setMintLimit(uint128 capacity, uint32 window) private {
        _limit.updateSettings(window, capacity);
        emit MintLimitSet(capacity, window);
    }

    function _takeFromEscrow(uint256 amount) private {
        if (amount > _escrowed) revert DataCredits_EscrowShort(_escrowed, amount);
        _escrowed -= SafeCast.toUint128(amount);
    }

    function _requireMarket() private view {
        if (msg.sender != market) revert DataCredits_NotMarket(msg.sender);
    }
}
