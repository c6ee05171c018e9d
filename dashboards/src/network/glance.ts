import { NONE_ALLOWED } from "../fields.ts";
import { ENDED } from "../money.ts";
import { DATA_AS_OF } from "../shared.ts";
import { BCT, rows, series, type PanelSpec } from "../spec.ts";
import { BROKEN_COUNT } from "./checks.ts";
import { DC_TOTALS } from "./credits.ts";

/** The economy in six numbers. */
export const GLANCE: readonly PanelSpec[] = [
  {
    type: "stat",
    title: "BCT supply",
    description:
      "Supply at the end of each hour in which it changed (chain.economy_hour), and now (chain.network.supply_bct).",
    unit: "short",
    decimals: 3,
    width: 3,
    queries: series(`select at as "time", supply_bct * 1e-18 as "BCT" from (
  select timestamp + interval '1 hour' as at, supply_bct from chain.economy_hour
  union all
  select to_timestamp(h.block_timestamp), n.supply_bct from (select * from chain.network limit 1) n cross join chain.head h
) moment where $__timeFilter(at) order by 1`),
  },
  {
    type: "stat",
    title: "BCT price",
    description:
      "USD per BCT: the last price that the network accepted in each hour (chain.price_candle_hour), and now (chain.network.price).",
    unit: "currencyUSD",
    decimals: 4,
    width: 3,
    queries: series(`select at as "time", price * 1e-8 as "Price" from (
  select timestamp + interval '1 hour' as at, close as price from chain.price_candle_hour
  union all
  select to_timestamp(h.block_timestamp), n.price from (select * from chain.network limit 1) n cross join chain.head h
) moment where $__timeFilter(at) order by 1`),
  },
  {
    type: "stat",
    title: "DC unspent",
    description:
      "Data Credits minted and not yet burned for use, balances and escrow, 1 DC = 1 USD: what customers have paid and not had yet " +
      "(chain.network.minted_dc − burned_dc), hour by hour.",
    unit: "currencyUSD",
    decimals: 0,
    width: 3,
    queries: series(`with ${DC_TOTALS}
select at as "time", minted_dc - burned_dc as "Outstanding" from total where $__timeFilter(at) order by 1`),
  },
  {
    type: "stat",
    title: "Net emission",
    description:
      "BCT minted as rewards of the range's final epochs, less BCT burned for DC in them (chain.epoch). Below zero the supply shrinks.",
    unit: BCT,
    decimals: 0,
    width: 3,
    calc: "sum",
    thresholds: [
      { value: null, color: "green" },
      { value: 0, color: "yellow" },
    ],
    noValue: "no final epoch",
    queries: series(`with ${ENDED}
select start_at as "time", (minted_bct - burned_bct) * 1e-18 as "Net" from ended where $__timeFilter(at) order by 1`),
  },
  {
    type: "stat",
    title: "Backed by use",
    description:
      "What the range's final epochs' use was worth in BCT, each burn at its time, over BCT minted for them (chain.epoch.bct_equivalent / " +
      "minted_bct). At least 1 while κ is at most 1: nobody is minted more than was burned.",
    unit: "none",
    decimals: 3,
    width: 3,
    thresholds: [
      { value: null, color: "red" },
      { value: 1, color: "green" },
    ],
    noValue: "no final epoch",
    queries: rows(`with ${ENDED}
select sum(bct_equivalent) / nullif(sum(minted_bct), 0) as "Ratio" from ended where $__timeFilter(at)`),
  },
  {
    type: "stat",
    title: "Broken sums",
    description: "Checks of the table at the end that are broken now. 0, or somebody has to look.",
    unit: "none",
    width: 3,
    hasBackground: true,
    thresholds: NONE_ALLOWED,
    queries: rows(BROKEN_COUNT),
  },
  DATA_AS_OF,
];
