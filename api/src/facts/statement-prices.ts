import { BCT_DECIMALS } from "#kernel/units.ts";
import type { CurrencyRow } from "../sources/cashflow-sales.ts";

/** A token that an amount is in, and what one was worth: shapes of the domain's facts. */
export interface PricedToken {
  token: { address: string | null; symbol: string; decimals: number };
  /** USD per whole token with 8 decimals; null: unknown, as of all tokens but BCT */
  tokenPrice: bigint | null;
}

/** The token of a currency. One that no contract was asked about is named by its address, in base units. */
export function tokenOf({ currency, symbol, decimals, isBct, bctPrice }: CurrencyRow): PricedToken {
  if (isBct) return { token: { address: null, symbol: "BCT", decimals: BCT_DECIMALS }, tokenPrice: bctPrice };
  return { token: { address: currency, symbol: symbol ?? currency, decimals: decimals ?? 0 }, tokenPrice: null };
}
