import type { DiscountRate, Metrics } from "#api/src/domain/cashflow/metrics.ts";
import type { StatementLine } from "#api/src/domain/cashflow/line.ts";
import type { Measure } from "#api/src/domain/measure.ts";
import { BCT_DECIMALS, DC_DECIMALS, formatUnits } from "#kernel/units.ts";
import type { ReadStatement } from "./statement-read.ts";
import { alignTable } from "./tables.ts";

const USD_DECIMALS = 6;
/** Of a token's many decimals people compare the first; `--json` and `--csv` have all. */
const SHOWN_DECIMALS = 6;
const PERCENT = 100;
/** Yearly rates above this are of some days and tell nothing; they are shown as a power of ten. */
const HUGE = 10_000;

const time = (seconds: number): string => new Date(seconds * 1_000).toISOString().replace(/(:00)?\.000Z$/, "Z");
const day = (seconds: number): string => time(seconds).slice(0, 10);
const sign = (amount: bigint): bigint => (amount < 0n ? -1n : 1n);

/** Cut to six decimals, toward 0. */
function units(amount: bigint, decimals: number): string {
  const cut = decimals > SHOWN_DECIMALS ? 10n ** BigInt(decimals - SHOWN_DECIMALS) : 1n;
  return formatUnits(amount / cut, Math.min(decimals, SHOWN_DECIMALS));
}

/** Whole cents, toward 0, with both places. */
function dollars({ value, reason }: Measure<bigint>): string {
  if (value === null) return `- (${reason})`;
  const cents = (value * sign(value)) / 10n ** BigInt(USD_DECIMALS - 2);
  const [whole = "0", part = ""] = formatUnits(cents, 2).split(".");
  const isNegative = value < 0n && cents > 0n;
  return `${isNegative ? "-" : ""}$${whole.replaceAll(/\B(?=(\d{3})+$)/g, ",")}.${part.padEnd(2, "0")}`;
}

const known = <T>({ value, reason }: Measure<T>, show: (value: T) => string): string =>
  value === null ? `- (${reason})` : show(value);
const percent = (measure: Measure): string =>
  known(measure, (value) =>
    Math.abs(value) < HUGE ? `${(value * PERCENT).toFixed(2)} %` : `${(value * PERCENT).toExponential(2)} %`,
  );
const number = (measure: Measure): string => known(measure, (value) => value.toFixed(4));
const date = (measure: Measure): string => known(measure, time);

/** What `bc statement` prints above the lines: totals, and every metric, what happened and what is projected apart. */
export function statementSummary(read: ReadStatement): string {
  const { title, window, at, block, statement, metrics, missing } = read;
  const head = [
    `statement of ${title}`,
    `from ${time(window.fromAt)} to ${time(window.toAt)}, as of block ${block} (${time(at)}), definitions version ${statement.methodologyVersion}`,
    ...(missing.length === 0
      ? []
      : [`INCOMPLETE: the ledger hasn't got the lines of final epochs ${missing.join(", ")} as the chain pays them`]),
  ];
  const bct = (amount: bigint): string => `${units(amount, BCT_DECIMALS)} BCT`;
  const rewards = [
    ["rewards earned", bct(statement.rewardBct)],
    ["  paid", bct(statement.claimedBct)],
    ["  still due", bct(statement.unclaimedBct)],
  ];
  return [head.join("\n"), alignTable(rewards), totalsTable(read), metricsTable(metrics)]
    .filter((part) => part !== "")
    .join("\n\n");
}

function totalsTable({ totals }: ReadStatement): string {
  if (totals.length === 0) return "no cash flows";
  const rows = totals.map((total) => [
    total.kind,
    String(total.lineCount),
    units(total.amount, total.token.decimals),
    total.token.symbol,
    dollars(total.amountUsd),
  ]);
  return alignTable([["kind", "lines", "amount", "token", "USD then"], ...rows], new Set([1, 2, 4]));
}

function metricsTable({ realised, projected, floorPriceUsd, discountRate }: Metrics): string {
  const happened = [
    ["gross cash flow", dollars(realised.grossUsd)],
    ["net cash flow", dollars(realised.netUsd)],
    ["occupancy (rented / available)", percent(realised.occupancy)],
    ["uptime (up / known)", percent(realised.uptime)],
    ["utilization (busy / covered)", percent(realised.utilization)],
    ["burned per available GPU-hour", known(realised.dcPerAvailableHour, (dc) => `${formatUnits(dc, DC_DECIMALS)} DC`)],
    ["APR of 30 days on cost", percent(realised.aprOnCost)],
    ["APR of 30 days on last price", percent(realised.aprOnLastPrice)],
    ["paid back", date(realised.paybackAt)],
    ["XIRR", `${percent(realised.xirr)}${rootsOf(realised.xirr.roots)}`],
    ["NPV", dollars(realised.npvUsd)],
    ["volatility of daily income", number(realised.incomeVolatility)],
    ["deepest drawdown", dollars(realised.maxDrawdownUsd)],
    ["concentration of payers (HHI)", number(realised.payerConcentration)],
    ["rewards backed by burns", percent(realised.backedShare)],
    ["floor price of the model", dollars(floorPriceUsd)],
    ["discount rate", rateOf(discountRate)],
  ];
  const { residual } = projected;
  const assumed = [
    [
      "residual",
      residual
        ? `${dollars({ value: residual.amountUsd, reason: null })} on ${day(residual.at)} (${residual.source})`
        : "none given",
    ],
    ["paid back", date(projected.paybackAt)],
    ["XIRR", `${percent(projected.xirr)}${rootsOf(projected.xirr.roots)}`],
    ["NPV", dollars(projected.npvUsd)],
    ["net asset value", dollars(projected.netAssetValueUsd)],
    ["premium asked over it", percent(projected.premium)],
  ];
  return `what happened\n${indent(alignTable(happened))}\n\nprojected, if the last 30 days' income stayed\n${indent(alignTable(assumed))}`;
}

const indent = (text: string): string => text.replaceAll(/^/gm, "  ");
const rateOf = (rate: DiscountRate | null): string =>
  rate ? `${+(rate.rate * PERCENT).toFixed(4)} % a year (${rate.source}, ${day(rate.at)})` : "none given";
const rootsOf = (roots: readonly number[]): string =>
  roots.length > 1 ? `: ${roots.map((root) => percent({ value: root, reason: null })).join(", ")}` : "";

/** The lines as a table. */
export function linesTable(lines: readonly StatementLine[]): string {
  const rows = lines.map((line) => [
    time(line.at),
    line.kind,
    line.gpuId ?? (line.slotId === null ? "-" : `slot ${line.slotId}`),
    line.poolId ?? "-",
    units(line.amount, line.token.decimals),
    line.token.symbol,
    dollars(line.amountUsd),
    line.unclaimed === null ? "" : line.unclaimed === 0n ? "paid" : line.claimed === 0n ? "due" : "part paid",
    sourceOf(line),
  ]);
  const head = ["date", "kind", "GPU", "pool", "amount", "token", "USD then", "", "from"];
  return alignTable([head, ...rows], new Set([2, 3, 4, 6]));
}

function sourceOf({ id, epoch, terms }: StatementLine): string {
  if (!terms) return id.length > 24 ? `${id.slice(0, 20)}…` : id;
  const up = terms.upMinutes === null ? "" : `, up ${terms.upMinutes} min`;
  const shares = `${terms.operatorBps}/${terms.poolBps}/${terms.gpuBps} bps`;
  return `epoch ${epoch ?? "?"}, ${shares}, burned ${formatUnits(terms.burnedDc, DC_DECIMALS)} DC${up}`;
}
