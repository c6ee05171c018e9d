const MESSAGE = "kind block { number hash timestamp } resumeAt { number hash } undone";
/** All that a stream tells. */
export const RENTALS = `subscription ($where: RentalEventWhere, $since: SinceInput) {
  rentals(where: $where, since: $since) { ${MESSAGE} events { id kind rentalId gpuId model tier amountDc payer paidUntil endReason refundedDc } }
}`;
/** All that a stream tells. */
export const OFFERS = `subscription ($where: OfferEventWhere, $since: SinceInput) {
  offers(where: $where, since: $since) { ${MESSAGE} events { gpuId model was now freeFor onDemandRateDcPerHour } }
}`;
/** All that a stream tells. */
export const PRICES = `subscription ($where: PriceEventWhere) {
  prices(where: $where) { ${MESSAGE} events { kind poolId onDemandRateDcPerHour setBy price } }
}`;
/** All that a stream tells. */
export const EPOCHS = `subscription { epochProgress { ${MESSAGE} events { kind epoch budgetBct votes quorum reason windowEndsAt mintedBct } } }`;
/** All that a stream tells. */
export const REWARDS = `subscription ($account: Bytes!) {
  rewards(account: $account) { ${MESSAGE} events { kind epoch amountBct cumulativeBct } }
}`;
