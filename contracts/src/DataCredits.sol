// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {RateLimiter} from "@openzeppelin/contracts/utils/RateLimiter.sol";
import {CreditEscrow} from "contracts/src/CreditEscrow.sol";
import {EpochClock} from "contracts/src/EpochClock.sol";
import {IDataCredits} from "contracts/src/interfaces/IDataCredits.sol";
import {IPriceFeed} from "contracts/src/interfaces/IPriceFeed.sol";
import {Conversion} from "contracts/src/libraries/Conversion.sol";
import {PermitSignature} from "contracts/src/types/Types.sol";

/// @title DC; see {IDataCredits}
/// @dev Minting is here, balances and escrow in {CreditEscrow}. Calls out only to BCT and the price feed, both fixed at deployment and neither of which calls back.
contract DataCredits is CreditEscrow, EpochClock {
    using RateLimiter for RateLimiter.RefillingBucket;

    /// @dev One bucket for everybody.
    bytes32 private constant BUCKET = 0;

    string public constant override name = "Data Credit";
    string public constant override symbol = "DC";
    uint8 public constant override decimals = 6;

    ERC20Burnable public immutable BCT;
    IPriceFeed public immutable PRICE_FEED;

    uint256 private _minted;
    bool public override paused;

    /// @inheritdoc IDataCredits
    mapping(uint256 epoch => uint256 bctAmount) public override bctBurnedIn;
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
        return _minted - _burned();
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
}
