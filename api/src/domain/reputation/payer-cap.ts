/** At most this part of a dimension's weight comes from one payer. */
export const PAYER_SHARE_MAX = 0.2;

/**
 * The most weight that one payer may give: a fifth of the dimension's weight, as it is once all payers are held to it,
 * the prior's `kappa` and what has no payer included. With the prior the fixed point exists and is unique: a lone
 * payer gives `kappa / 4`, and five equal ones are held to nothing. At most four payers can be over a fifth, so it is
 * solved by trying: with the k heaviest held, `T = (rest) / (1 − 0.2 k)`.
 *
 * @param kappa weight of the prior, above 0
 * @param payerless weight that nobody paid for
 * @param weights of each payer
 * @example payerLimit(20, 0, [100]) === 5
 */
export function payerLimit(kappa: number, payerless: number, weights: readonly number[]): number {
  const lightest = [...weights].sort((a, b) => a - b);
  // sums from the light end: subtracting a heavy payer from the whole would lose the rest's digits
  const rests = [kappa + payerless];
  for (const weight of lightest) rests.push((rests.at(-1) ?? 0) + weight);
  for (let held = 0; ; held++) {
    const limit = (PAYER_SHARE_MAX * (rests[weights.length - held] ?? 0)) / (1 - PAYER_SHARE_MAX * held);
    const next = lightest[weights.length - 1 - held];
    if (next === undefined || next <= limit) return limit;
  }
}
