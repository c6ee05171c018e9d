import DataLoader from "dataloader";
import { Arg, Ctx, FieldResolver, Int, Query, Resolver, Root } from "type-graphql";
import { SECOND_MS } from "#kernel/time.ts";
import { concentrationOf, shareOf } from "../../domain/concentration.ts";
import { checkedWindow, DAY_SECONDS } from "../../domain/window.ts";
import type { OperatorRow } from "../../sources/chain.ts";
import { readCandles, readEconomy, readEconomyDays, readSupplyBefore, type EconomyRow } from "../../sources/economy.ts";
import { readPayersOf, type PayerRow } from "../../sources/payers.ts";
import type { Snapshot } from "../../sources/snapshot.ts";
import { badArgument, checkedFirst } from "../connection.ts";
import type { Context } from "../context.ts";
import { DateTimeScalar } from "../scalars.ts";
import { BctCandles, CandleStep, Economy, EconomyDays, PayerConcentration } from "../types/economy.ts";
import { Operator } from "../types/operator.ts";

const DAY_MS = DAY_SECONDS * SECOND_MS;
/** The longest spans, days. */
const MAX_DAYS = 3_660;
const MAX_CANDLE_DAYS: Record<CandleStep, number> = { HOUR: 92, DAY: MAX_DAYS };
const MAX_PAYER_DAYS = 366;
/** A statement over many rows costs as much as so many objects. */
const HEAVY_POINTS = 50;
const FROM = "First moment.";
const TO = "Moment after the last.";

/** The network's economy, by day and now. */
@Resolver()
export class EconomyResolver {
  @Query(() => Economy, { nullable: true, description: "The network's money now; null before its first event." })
  economy(@Ctx() { snapshot }: Context): Promise<EconomyRow | undefined> {
    return readEconomy(snapshot);
  }

  @Query(() => EconomyDays, {
    nullable: true,
    complexity: HEAVY_POINTS,
    description: `Burns, mints and supply by UTC day: the days that hold \`from\` to \`to\`, at most ${MAX_DAYS}.`,
  })
  async economyByDay(
    @Arg("from", () => DateTimeScalar, { description: FROM }) from: Date,
    @Arg("to", () => DateTimeScalar, { description: TO }) to: Date,
    @Ctx() { snapshot }: Context,
  ): Promise<EconomyDays> {
    checkSpan(from, to, MAX_DAYS);
    const first = Math.floor(from.getTime() / DAY_MS) * DAY_MS;
    const end = Math.ceil(to.getTime() / DAY_MS) * DAY_MS;
    const rows = await readEconomyDays(snapshot, new Date(first), new Date(end));
    const byDay = new Map(rows.map((row) => [row.day.getTime(), row]));
    const day = Array.from({ length: (end - first) / DAY_MS }, (_, index) => first + index * DAY_MS);
    let supply = await readSupplyBefore(snapshot, new Date(first));
    const column = (key: "burnedDc" | "bctEquivalent" | "mintedDc" | "mintedBct" | "destroyedBct" | "claimedBct") =>
      day.map((at) => byDay.get(at)?.[key] ?? 0n);
    return {
      day: day.map((at) => new Date(at)),
      burnedDc: column("burnedDc"),
      bctEquivalent: column("bctEquivalent"),
      settlementCount: day.map((at) => byDay.get(at)?.settlementCount ?? 0n),
      mintedDc: column("mintedDc"),
      mintedBct: column("mintedBct"),
      destroyedBct: column("destroyedBct"),
      claimedBct: column("claimedBct"),
      supplyBct: day.map((at) => (supply = byDay.get(at)?.supplyBct ?? supply)),
    };
  }

  @Query(() => BctCandles, {
    nullable: true,
    complexity: HEAVY_POINTS,
    description: `Price of BCT in [from, to), candles that begin in it: at most ${MAX_CANDLE_DAYS.HOUR} days by HOUR, ${MAX_DAYS} by DAY.`,
  })
  async bctPriceHistory(
    @Arg("from", () => DateTimeScalar, { description: FROM }) from: Date,
    @Arg("to", () => DateTimeScalar, { description: TO }) to: Date,
    @Arg("every", () => CandleStep, { defaultValue: CandleStep.HOUR, description: "How long a candle is." })
    every: CandleStep,
    @Ctx() { snapshot }: Context,
  ): Promise<BctCandles> {
    checkSpan(from, to, MAX_CANDLE_DAYS[every]);
    const rows = await readCandles(snapshot, every === CandleStep.HOUR ? "hour" : "day", from, to);
    return {
      at: rows.map((row) => row.at),
      open: rows.map((row) => row.open),
      high: rows.map((row) => row.high),
      low: rows.map((row) => row.low),
      close: rows.map((row) => row.close),
      priceCount: rows.map((row) => row.priceCount),
    };
  }

  @Query(() => PayerConcentration, {
    nullable: true,
    complexity: HEAVY_POINTS,
    description:
      "On how few customers the network's income stands, by use burned for in the days up to the answer's block.",
  })
  payerConcentration(
    @Arg("days", () => Int, { defaultValue: 30, description: `1 to ${MAX_PAYER_DAYS}, days.` }) days: number,
    @Arg("first", () => Int, { defaultValue: 10, description: "How many of the largest, 1 to 200." }) first: number,
    @Ctx() context: Context,
  ): Promise<PayerConcentration> {
    return concentration(context, null, days, first);
  }
}

/** On how few customers an operator stands. */
@Resolver(() => Operator)
export class OperatorPayersResolver {
  @FieldResolver(() => PayerConcentration, {
    nullable: true,
    complexity: HEAVY_POINTS,
    description: "On how few customers its income stands, by use burned for in the days up to the answer's block.",
  })
  payerConcentration(
    @Root() { id }: OperatorRow,
    @Arg("days", () => Int, { defaultValue: 30, description: `1 to ${MAX_PAYER_DAYS}, days.` }) days: number,
    @Arg("first", () => Int, { defaultValue: 10, description: "How many of the largest, 1 to 200." }) first: number,
    @Ctx() context: Context,
  ): Promise<PayerConcentration> {
    return concentration(context, id, days, first);
  }
}

/** Operators of a page are read in one statement. */
const payers = new WeakMap<Snapshot, Map<number, DataLoader<string, PayerRow[]>>>();

async function concentration(
  context: Context,
  operatorId: string | null,
  days: number,
  first: number,
): Promise<PayerConcentration> {
  if (days < 1 || days > MAX_PAYER_DAYS) throw badArgument("days", `must be 1 to ${MAX_PAYER_DAYS}`);
  checkedFirst(first);
  const { snapshot } = context;
  const { block } = await context.asOf();
  const to = Number(block.timestamp) * SECOND_MS + SECOND_MS;
  const span = { from: new Date(to - days * DAY_MS), to: new Date(to) };
  const rows =
    operatorId === null
      ? ((await readPayersOf(snapshot, { operatorIds: null, ...span })).get("") ?? [])
      : await payersOf(snapshot, days, span).load(operatorId);
  const burnedDc = rows.reduce((sum, row) => sum + row.burnedDc, 0n);
  return {
    payerCount: rows.length,
    burnedDc,
    index: concentrationOf(rows.map((row) => row.burnedDc)),
    largest: rows.slice(0, first).map((row) => ({ ...row, share: shareOf(row.burnedDc, burnedDc) })),
  };
}

function payersOf(snapshot: Snapshot, days: number, span: { from: Date; to: Date }): DataLoader<string, PayerRow[]> {
  const byDays = payers.get(snapshot) ?? new Map<number, DataLoader<string, PayerRow[]>>();
  payers.set(snapshot, byDays);
  const loader =
    byDays.get(days) ??
    new DataLoader<string, PayerRow[]>(async (operatorIds) => {
      const rows = await readPayersOf(snapshot, { operatorIds, ...span });
      return operatorIds.map((id) => rows.get(id) ?? []);
    });
  byDays.set(days, loader);
  return loader;
}

function checkSpan(from: Date, to: Date, maxDays: number): void {
  const [fromAt, toAt] = [Math.floor(from.getTime() / SECOND_MS), Math.floor(to.getTime() / SECOND_MS)];
  checkedWindow({ fromAt, toAt }, maxDays);
}

/** All of them. */
export const ECONOMY_RESOLVERS = [EconomyResolver, OperatorPayersResolver] as const;
