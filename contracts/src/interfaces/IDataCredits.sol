// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Data Credits: 1 DC = 1 US dollar, 6 decimals, burned as compute is used
/// @notice Not an ERC-20: no transfer, no approve. DC are minted by burning BCT at the oracle price and leave an account
/// only into the market's escrow, from which they are burned for use or returned.
/// minted − burned = Σ balances + escrow, always.
interface IDataCredits {
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
    /// @notice `holder` lets `spender` put up to `amount` of its DC into the market's escrow.
    event SpenderSet(address indexed holder, address indexed spender, uint256 amount);
    /// @notice DC moved from a balance into the market's escrow.
    event CreditsEscrowed(address indexed holder, address indexed spender, uint256 amount);
    /// @notice DC went back from the market's escrow to a balance.
    event CreditsReturned(address indexed holder, uint256 amount);
    /// @notice DC were burned from the market's escrow for use.
    event CreditsBurned(address indexed holder, uint256 amount);
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
    /// @notice Only the market moves escrow.
    error DataCredits_NotMarket(address caller);
    /// @notice The market is set once.
    error DataCredits_MarketSet(address market);
    /// @notice More than the market's escrow holds. Broken invariant of the market.
    error DataCredits_EscrowShort(uint256 escrow, uint256 amount);
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

    /// @notice Lets `spender` put up to `amount` of the caller's DC into the market's escrow.
    function setSpender(address spender, uint256 amount) external;

    /// @notice Moves DC of `holder` into escrow. By the market. A `spender` other than the holder needs an allowance.
    function escrow(address holder, address spender, uint256 amount) external;

    /// @notice Returns DC from escrow to `holder`. By the market.
    function release(address holder, uint256 amount) external;

    /// @notice Burns DC of `holder` from escrow for use. By the market.
    function burnEscrowed(address holder, uint256 amount) external;

    /// @notice Names the market, once and for all. By the access manager's admin.
    function setMarket(address market) external;

    /// @notice Changes the limit on minting. By the access manager's admin.
    /// @param capacity DC that can be minted at once
    /// @param window seconds in which an empty bucket fills
    function setMintLimit(uint128 capacity, uint32 window) external;

    /// @notice Stops or resumes minting. By the guardian.
    function setPaused(bool isPaused) external;

    /// @notice The only contract that moves escrow; zero before it is named.
    function market() external view returns (address);

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

    /// @notice DC in the market's escrow.
    function escrowed() external view returns (uint256);

    /// @notice What `spender` may still put into escrow for `holder`.
    function spenderAllowance(address holder, address spender) external view returns (uint256);

    /// @notice DC that can be minted at this moment under the limit.
    function mintable() external view returns (uint256);
}
