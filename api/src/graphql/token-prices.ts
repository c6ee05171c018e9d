import DataLoader from "dataloader";
import { BCT_DECIMALS, formatUnits } from "#kernel/units.ts";
import { readPricedCurrencies, type PricedCurrencyRow, type PriceKey } from "../sources/currencies.ts";
import type { Snapshot } from "../sources/snapshot.ts";
import type { TokenPrice } from "./types/exchange.ts";

const loaders = new WeakMap<Snapshot, DataLoader<PriceKey, PricedCurrencyRow | undefined, string>>();
/** From BCT base units times a price of 8 decimals to dollars with 6. */
const TO_USD = 10n ** BigInt(BCT_DECIMALS + 8 - 6);

/** A price in base units as the graph shows it; prices of a page are read in one statement. */
export async function tokenPrice(snapshot: Snapshot, baseUnits: bigint, key: PriceKey): Promise<TokenPrice> {
  const loader =
    loaders.get(snapshot) ??
    new DataLoader((keys: readonly PriceKey[]) => readPricedCurrencies(snapshot, keys), {
      cacheKeyFn: ({ currency, at }) => `${currency} ${at}`,
    });
  loaders.set(snapshot, loader);
  const { symbol = null, decimals = null, bctPrice = null } = (await loader.load(key)) ?? {};
  return {
    currency: key.currency,
    symbol,
    baseUnits,
    amount: decimals === null ? null : formatUnits(baseUnits, decimals),
    usd: bctPrice === null ? null : formatUnits((baseUnits * bctPrice) / TO_USD, 6),
  };
}
