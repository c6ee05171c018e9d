/**
 * What each error that a customer, an owner or an operator can meet means, and what to do about it. `{name}` is the error's
 * argument of that name; `{name:dc}`, `:bct`, `:usd`, `:time` (seconds since 1970) and `:hour` (hours since 1970) say how it
 * is shown. Errors that only the network's own contracts, its oracles or its admin can meet aren't here.
 */
export const REFUSAL_TEXTS: Readonly<Record<string, readonly [text: string, hint: string]>> = {
  ERC20InsufficientAllowance: [
    "{spender} may take {allowance} base units of the token from the sender; {needed} are needed",
    "sign the transaction in `first`, then ask again",
  ],
  ERC20InsufficientBalance: [
    "{sender} has {balance} base units of the token; {needed} are needed",
    "get more of the token, or ask for less",
  ],
  ERC20InvalidReceiver: ["{receiver} can't be sent tokens", "name another address"],
  ERC721IncorrectOwner: ["token {tokenId} is {owner}'s, not {sender}'s", "ask for a token that the sender owns"],
  ERC721InsufficientApproval: ["{operator} may not act for the owner of token {tokenId}", "let the owner send this"],
  ERC721InvalidApprover: ["{approver} may not approve anybody for this token", "let the owner send this"],
  ERC721InvalidReceiver: ["{receiver} can't be given tokens", "name another address"],
  ERC721NonexistentToken: ["there is no token {tokenId}", "correct the id"],
  SafeERC20FailedOperation: ["the currency {token} refused to move", "look at the currency's own rules"],
  SafeCastOverflowedUintDowncast: ["{value} is more than {bits} bits hold", "name a smaller number"],
  AccessManagedUnauthorized: ["{caller} has no right to do this", "let the network's admin send this"],

  DataCredits_ZeroAmount: ["no DC would be minted", "ask for more"],
  DataCredits_ZeroRecipient: ["the zero address can't hold DC", "name another recipient"],
  DataCredits_TooFewCredits: [
    "it would give {dcAmount:dc} DC, fewer than {minDc:dc}",
    "take fewer, or wait for the price",
  ],
  DataCredits_TooMuchBct: [
    "it would cost {bctAmount:bct} BCT, more than {maxBct:bct}",
    "raise `maxBct`, or ask for less",
  ],
  DataCredits_OverLimit: [
    "{dcAmount:dc} DC are more than can be minted now: {available:dc}",
    "ask for less, or wait: the limit refills within a day",
  ],
  DataCredits_Insufficient: [
    "{holder} has {balance:dc} DC; {amount:dc} are needed",
    "mint DC first (prepareMintCredits)",
  ],
  DataCredits_OverAllowance: [
    "{holder} lets {spender} spend {allowed:dc} DC; {amount:dc} are needed",
    "let the holder of the DC send prepareSetSpender first",
  ],
  DataCredits_ReferenceUsed: [
    "{payer} has minted for the payment {paymentReference} already",
    "look for that mint: this payment is done",
  ],
  DataCredits_Paused: ["the guardian has paused the minting of DC", "wait: spending and ending go on"],

  PriceFeed_Stale: ["the price of BCT is from {updatedAt:time}, older than {maxAge} s", "wait for the next report"],
  PriceFeed_OutOfBand: ["the feed's price {answer:usd} lies outside {min:usd} to {max:usd}", "wait for a sane price"],
  PriceFeed_Silent: ["the price feed doesn't answer", "wait for it"],

  Marketplace_NoRental: ["there is no rental {rentalId}", "correct the id"],
  Marketplace_GpuBusy: ["GPU {gpuId} is in use by rental {rentalId}", "rent another GPU, or wait for its end"],
  Marketplace_GpuNotActive: ["GPU {gpuId} isn't ACTIVE", "rent another GPU"],
  Marketplace_GpuLeaving: [
    "GPU {gpuId} leaves its pool at {exitAt:time}, before {until:time}",
    "pay for a shorter time, or rent another GPU",
  ],
  Marketplace_HoursTaken: [
    "GPU {gpuId} is booked in the hour from {hour:hour} on",
    "rent another GPU, or for a shorter time",
  ],
  Marketplace_SpotNotice: [
    "rental {rentalId} on GPU {gpuId} has a right to notice: the booking may begin at {earliest:time}",
    "reserve from a later hour on",
  ],
  Marketplace_RateAboveMax: [
    "the pool asks for {rateDcPerHour:dc} DC an hour, more than {maxRateDcPerHour:dc}",
    "accept the higher rate, or rent from another pool",
  ],
  Marketplace_TooShort: ["{escrowDc:dc} DC are too few: the shortest rental takes {minEscrowDc:dc}", "put more aside"],
  Marketplace_BookedSoon: ["GPU {gpuId} is free until {endsBy:time} only: too short a time", "rent another GPU"],
  Marketplace_TooFarAhead: [
    "the escrow would last until {paidUntil:time}; rentals are paid until {maxPaidUntil:time} at most",
    "put less aside",
  ],
  Marketplace_PaidBySlot: ["rental {rentalId} is paid by its slot", "reserve further hours instead"],
  Marketplace_ZeroAmount: ["a top-up of nothing", "add more"],
  Marketplace_Ended: ["rental {rentalId} is over", "rent anew"],
  Marketplace_NotCustomer: ["rental {rentalId} isn't {account}'s and is still funded", "let its customer send this"],
  Marketplace_Paused: ["the guardian has paused new rentals and slots", "wait: topping up, ending and refunds go on"],

  TimeSlots_NoSlot: ["there is no slot {slotId}", "correct the id"],
  TimeSlots_BadLength: ["{hourCount} hours are none, or more than {maxHours}", "reserve 1 to {maxHours} hours"],
  TimeSlots_Past: ["{startHour:hour} has passed", "begin at {hourNow:hour} or later"],
  TimeSlots_TooFarAhead: ["{startHour:hour} is too far ahead", "begin at {maxStartHour:hour} at the latest"],
  TimeSlots_GpuNotActive: ["GPU {gpuId} isn't ACTIVE", "reserve another GPU"],
  TimeSlots_HourLost: ["GPU {gpuId} was away in the hour from {hour:hour} on", "begin with the next hour"],
  TimeSlots_GpuLeaving: ["GPU {gpuId} leaves its pool at {exitAt:time}, before {endsAt:time}", "reserve fewer hours"],
  TimeSlots_RateAboveMax: [
    "the pool asks for {hourlyDc:dc} DC an hour, more than {maxHourlyDc:dc}",
    "accept the higher rate, or reserve in another pool",
  ],
  TimeSlots_BadCut: [
    "slot {slotId} can't be cut at {hour:hour}",
    "cut it inside its hours that haven't begun, ascending",
  ],
  TimeSlots_NotNeighbors: [
    "slots {slotId} and {laterId} don't follow each other on one GPU at one price with one holder",
    "name two neighbors, the earlier first",
  ],
  TimeSlots_NotUser: ["slot {slotId} may not be used by {account}", "let its holder lend it (prepareLendSlot)"],
  TimeSlots_NotNow: ["slot {slotId} is for {startHour:hour} to {endHour:hour}", "check in within that time"],
  TimeSlots_CheckedIn: ["slot {slotId} is used by the sender already, in rental {rentalId}", "nothing is to be done"],
  TimeSlots_NotHolderOrOperator: [
    "{account} is neither slot {slotId}'s holder nor its operator",
    "let one of them send this",
  ],
  TimeSlots_GpuActive: ["GPU {gpuId} is ACTIVE: it delivers", "use the slot, or sell it"],
  TimeSlots_GpuBackSoon: ["GPU {gpuId} may be back soon", "ask again from {refundableAt:time} on"],
  TimeSlots_Over: ["slot {slotId} ended at {endHour:hour}", "nothing is left of it"],
  TimeSlots_NotEqualGpu: ["GPU {gpuId} isn't another one of slot {slotId}'s pool", "name an equal GPU of the pool"],

  Exchange_UnknownCollection: ["{collection} isn't traded here", "offer a GPU or a slot"],
  Exchange_CurrencyNotAllowed: ["nothing is sold for {currency}", "name BCT, or a currency that the network allows"],
  Exchange_ZeroPrice: ["token {tokenId} would be given away", "name a price"],
  Exchange_NotSeller: ["token {tokenId} isn't {account}'s to offer", "let its owner send this"],
  Exchange_NotApproved: [
    "the exchange may not hand token {tokenId} over",
    "sign the transaction in `first`, then ask again",
  ],
  Exchange_NotListed: ["token {tokenId} isn't offered", "look for another offer"],
  Exchange_ListingDead: [
    "token {tokenId} has changed since it was offered: the offer is void",
    "let its owner offer it anew",
  ],
  Exchange_TokenMoved: [
    "token {tokenId} has changed since you looked: it is at {transferCount}, not at {expected}",
    "look at it again",
  ],
  Exchange_OtherCurrency: ["it is sold for {currency}, not for {expected}", "ask again"],
  Exchange_PriceTooHigh: ["it costs {price} base units of its currency, more than {maxPrice}", "raise `maxPrice`"],
  Exchange_SelfPurchase: ["token {tokenId} is {account}'s own", "take the offer back (prepareCancelListing)"],
  Exchange_NoRoyalties: ["{receiver} has no royalties in {currency}", "nothing is to be done"],

  EpochRewards_BadProof: [
    "the proof for {account} is of an older or a later root",
    "ask again once the indexer has caught up",
  ],
  EpochRewards_NothingToClaim: ["{account} was paid {claimed:bct} BCT already", "wait for the next epoch"],
  EpochMath_BeforeGenesis: ["{timestamp:time} lies before the first epoch", "name a later time"],

  OperatorRegistry_NotOperator: ["operator {operatorId} isn't {account}'s", "let the holder of its token send this"],
  OperatorRegistry_NotDistributed: [
    "operator {operatorId} isn't DISTRIBUTED and has no members",
    "register a distributed one",
  ],
  OperatorRegistry_AlreadyMember: ["{member} is a member of operator {operatorId} already", "nothing is to be done"],
  OperatorRegistry_NotMember: ["{member} is no member of operator {operatorId}", "correct the address"],
  OperatorRegistry_BadName: ["a name has 1 to 64 bytes, not {length}", "take another name"],
  OperatorRegistry_ZeroAddress: ["the zero address can't be a member", "name another address"],

  PoolRegistry_NoPool: ["there is no pool {poolId}", "correct the id"],
  PoolRegistry_BadShares: ["the shares sum to {sumBps} basis points, not to 10,000", "correct them"],
  PoolRegistry_BadRates: [
    "rates of {spot:dc}, {onDemand:dc} and {reserved:dc} DC can't be",
    "none may be 0 or above a million DC, nor spot above on-demand",
  ],
  PoolRegistry_BadText: ["model and region have 1 to 64 bytes, not {modelLength} and {regionLength}", "correct them"],
  PoolRegistry_BadEffectiveEpoch: [
    "new shares can't begin with epoch {effectiveEpoch}",
    "name an epoch from {minEpoch} to {maxEpoch}",
  ],
  PoolRegistry_TooManyDiscounts: ["{stepCount} steps are more than eight", "leave some out"],
  PoolRegistry_BadDiscount: [
    "step {index} ({minHours} hours, {bps} basis points) doesn't ascend, or goes beyond 9,000 basis points",
    "order the steps",
  ],
  PoolRegistry_CannotPrice: [
    "{account} may not set the rates of pool {poolId}",
    "let its operator or its pricer send this",
  ],
  PoolRegistry_BadBounds: ["a floor lies above its cap", "correct the bounds"],
  PoolRegistry_BadStep: ["a step of {maxStepBps} basis points can't be", "name 1 to 10,000"],
  PoolRegistry_TooSoon: ["the pricer of pool {poolId} has just set rates", "set them at {allowedAt:time} or later"],
  PoolRegistry_OutOfBounds: [
    "{rate:dc} DC lie outside the operator's bounds, {floor:dc} to {cap:dc}",
    "stay within them",
  ],
  PoolRegistry_StepTooLarge: [
    "from {rateBefore:dc} to {rate:dc} DC is more than the pricer's step of {maxStep:dc}",
    "move the rate in smaller steps",
  ],

  GpuNFT_NoGpu: ["there is no GPU {gpuId}", "correct the id"],
  GpuNFT_UuidTaken: ["GPU {gpuId} has this UUID already", "correct the UUID, or retire that GPU first"],
  GpuNFT_ZeroUuid: ["a UUID hash of zero binds to nothing", "correct the UUID"],
  GpuNFT_CannotContribute: [
    "{account} may not bring GPUs to operator {operatorId}",
    "let the operator invite or add it",
  ],
  GpuNFT_SelfPooledOnly: ["operator {operatorId} owns every GPU that it runs; {to} can't", "leave the owner out"],
  GpuNFT_NotCaretaker: [
    "{account} may not set the status of GPU {gpuId}",
    "let its operator or its contributor send this",
  ],
  GpuNFT_NotOwner: ["GPU {gpuId} isn't {account}'s", "let its owner send this"],
  GpuNFT_Retired: ["GPU {gpuId} is retired for good", "nothing is to be done"],
  GpuNFT_SameStatus: ["GPU {gpuId} has this status already", "nothing is to be done"],
  GpuNFT_Booked: ["GPU {gpuId} has bookings ahead", "move, refund, serve or end them first"],
  GpuNFT_NotPooled: ["GPU {gpuId} is in no pool", "bring it to one first (prepareJoinPool)"],
  GpuNFT_Pooled: ["GPU {gpuId} is in pool {poolId}", "take it out first (prepareAnnounceExit)"],
  GpuNFT_OtherModel: ["GPU {gpuId} is of another model than the pool", "name a pool of its model"],
  GpuNFT_ExitAnnounced: ["the exit of GPU {gpuId} is announced, for {exitAt:time}", "wait until then"],
  GpuNFT_NoExit: ["no exit of GPU {gpuId} is announced", "announce it first (prepareAnnounceExit)"],
  GpuNFT_TooEarly: ["GPU {gpuId} may leave at {exitAt:time}", "ask again then"],
  GpuNFT_NotDistributed: [
    "operator {operatorId} isn't DISTRIBUTED: its GPUs can't be let go",
    "let the owner withdraw it",
  ],
  GpuNFT_InGoodStanding: [
    "{contributor}, who brought GPU {gpuId}, is a member in good standing",
    "kick the member first",
  ],
};
