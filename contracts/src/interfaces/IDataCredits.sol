// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEpochClock} from "contracts/src/interfaces/IEpochClock.sol";
import {PermitSignature} from "contracts/src/types/Types.sol";

/// @title Data Credits: 1 DC = 1 US dollar, 6 decimals, burned as compute is used
/// @notice Not an ERC-20: no transfer, no approve. DC are minted by burning BCT at the oracle price and leave an account
/// only into the escrow of one of two keepers, the market and the slots, from which they are burned for use or returned.
/// minted − burned = Σ balances + both escrows, always; neither keeper can touch the other's.
interface IDataCredits is IEpochClock {
    /// @notice `payer` burned `bctAmount` and `recipient` got `dcAmount`.
    /// @param price BCT/USD with 8 decimals, as used
    /// @param paymentReference ties the mint to a payment elsewhere; zero if there is none
    event CreditsMinted(
        address indexed payer,
        address indexed recipient,
        bytes32 indexed paymentReference,
        uint256 bctAmount,
        uint256 dcAmount,
        uint256 price
    );
    /// @notice `holder` lets `spender` put up to `amount` of its DC into escrow.
    event SpenderSet(address indexed holder, address indexed spender, uint256 amount);
    /// @notice DC moved from a balance into a keeper's escrow.
    event CreditsEscrowed(address indexed keeper, address indexed holder, address indexed spender, uint256 amount);
    /// @notice DC went back from a keeper's escrow to a balance.
    event CreditsReturned(address indexed keeper, address indexed holder, uint256 amount);
    /// @notice DC were burned from a keeper's escrow for use.
    event CreditsBurned(address indexed keeper, uint256 amount);
    /// @notice These contracts keep escrow, for good.
    event KeepersSet(address market, address slots);
    /// @notice At most `capacity` DC can be minted at once, and as many again within `window` seconds.
    event MintLimitSet(uint256 capacity, uint256 window);
    /// @notice Minting was stopped or resumed.
    event IntakePaused(bool isPaused);

    /// @notice A mint of nothing.
    error DataCredits_ZeroAmount();
    /// @notice The zero address can't hold DC.
    error DataCredits_ZeroRecipient();
    /// @notice The mint would give fewer DC than asked for.
    error DataCredits_TooFewCredits(uint256 dcAmount, uint256 minDc);
    /// @notice The mint would cost more BCT than allowed.
    error DataCredits_TooMuchBct(uint256 bctAmount, uint256 maxBct);
    /// @notice More than the bucket holds now.
    error DataCredits_OverLimit(uint256 dcAmount, uint256 available);
    /// @notice The holder has fewer DC.
    error DataCredits_Insufficient(address holder, uint256 balance, uint256 amount);
    /// @notice The holder lets this spender use less.
    error DataCredits_OverAllowance(address holder, address spender, uint256 allowed, uint256 amount);
    /// @notice Only a keeper moves escrow.
    error DataCredits_NotKeeper(address caller);
    /// @notice Keepers are named once.
    error DataCredits_KeepersSet(address market, address slots);
    /// @notice A keeper is missing, or both are the same.
    error DataCredits_BadKeepers(address market, address slots);
    /// @notice More than the keeper's escrow holds. Broken invariant of the keeper.
    error DataCredits_EscrowShort(address keeper, uint256 escrow, uint256 amount);
    /// @notice This payment was minted for already.
    error DataCredits_ReferenceUsed(address payer, bytes32 paymentReference);
    /// @notice Minting is paused. Spending and returning never are.
    error DataCredits_Paused();

    /// @notice Burns exactly `bctAmount` of the caller's BCT; `recipient` gets the DC it is worth, rounded down.
    /// @param minDc the fewest DC that the caller accepts
    /// @param paymentReference may be zero; otherwise each payer can use it once
    /// @return dcAmount DC minted, 6 decimals
    function mintFor(address recipient, uint256 bctAmount, uint256 minDc, bytes32 paymentReference)
        external
        returns (uint256 dcAmount);

    /// @notice `recipient` gets exactly `dcAmount`; the caller's BCT burned for it is rounded up.
    /// @param maxBct the most BCT that the caller pays
    /// @return bctAmount BCT burned, 18 decimals
    function mintExactFor(address recipient, uint256 dcAmount, uint256 maxBct, bytes32 paymentReference)
        external
        returns (uint256 bctAmount);

    /// @notice As `mintFor`, after using the caller's signature that lets this contract burn `bctAmount` of its BCT. One
    /// that doesn't do (somebody used it first) is passed over: the allowance decides.
    function mintForWithPermit(
        address recipient,
        uint256 bctAmount,
        uint256 minDc,
        bytes32 paymentReference,
        PermitSignature calldata signature
    ) external returns (uint256 dcAmount);

    /// @notice As `mintExactFor`, after using the caller's signature that lets this contract burn `maxBct` of its BCT.
    function mintExactForWithPermit(
        address recipient,
        uint256 dcAmount,
        uint256 maxBct,
        bytes32 paymentReference,
        PermitSignature calldata signature
    ) external returns (uint256 bctAmount);

    /// @notice Lets `spender` put up to `amount` of the caller's DC into escrow.
    function setSpender(address spender, uint256 amount) external;

    /// @notice Moves DC of `holder` into the caller's escrow. By a keeper. A `spender` other than the holder needs an
    /// allowance.
    function escrow(address holder, address spender, uint256 amount) external;

    /// @notice Returns DC from the caller's escrow to `holder`. By a keeper.
    function release(address holder, uint256 amount) external;

    /// @notice Burns DC from the caller's escrow for use. By a keeper.
    function burnEscrowed(uint256 amount) external;

    /// @notice Names the two keepers of escrow, once and for all. By the access manager's admin.
    function setKeepers(address market, address slots) external;

    /// @notice Changes the limit on minting. By the access manager's admin.
    /// @param capacity DC that can be minted at once
    /// @param window seconds in which an empty bucket fills
    function setMintLimit(uint128 capacity, uint32 window) external;

    /// @notice Stops or resumes minting. By the guardian.
    function setPaused(bool isPaused) external;

    /// @notice The only contracts that move escrow; zero before they are named.
    function keepers() external view returns (address market, address slots);

    /// @notice Whether minting is stopped.
    function paused() external view returns (bool);

    /// @notice "Data Credit".
    function name() external view returns (string memory);

    /// @notice "DC".
    function symbol() external view returns (string memory);

    /// @notice 6.
    function decimals() external view returns (uint8);

    /// @notice DC of `account` free to spend.
    function balanceOf(address account) external view returns (uint256);

    /// @notice All DC: free and in escrow.
    function totalSupply() external view returns (uint256);

    /// @notice DC in both escrows.
    function escrowed() external view returns (uint256);

    /// @notice DC in a keeper's escrow.
    function escrowOf(address keeper) external view returns (uint256);

    /// @notice BCT burned in an epoch to mint DC.
    function bctBurnedIn(uint256 epoch) external view returns (uint256 bctAmount);

    /// @notice What `spender` may still put into escrow for `holder`.
    function spenderAllowance(address holder, address spender) external view returns (uint256);

    /// @notice DC that can be minted at this moment under the limit.
    function mintable() external view returns (uint256);
}
