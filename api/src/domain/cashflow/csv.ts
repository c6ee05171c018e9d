import { formatUnits } from "#kernel/units.ts";
import type { StatementLine } from "./line.ts";
import type { Statement } from "./statement.ts";

const COLUMNS = [
  "date",
  "kind",
  "epoch",
  "gpu",
  "slot",
  "pool",
  "operator",
  "account",
  "token",
  "token_address",
  "amount",
  "claimed",
  "unclaimed",
  "usd",
  "usd_unknown_because",
  "operator_bps",
  "pool_bps",
  "gpu_bps",
  "burned_dc",
  "up_minutes",
  "id",
  "transactions",
] as const;

/** A statement as CSV (RFC 4180): a row a line, amounts as exact decimals, dates in UTC, what isn't known left empty. */
export function csvOf({ lines }: Statement): string {
  return [csvHead(), ...lines.map(csvRow)].join("");
}

/** The names of the columns. */
export function csvHead(): string {
  return rowOf(COLUMNS);
}

/** One line of a statement. */
export function csvRow(line: StatementLine): string {
  const amount = (value: bigint | null): string => (value === null ? "" : formatUnits(value, line.token.decimals));
  const { terms } = line;
  return rowOf([
    new Date(line.at * 1_000).toISOString(),
    line.kind,
    line.epoch,
    line.gpuId,
    line.slotId,
    line.poolId,
    line.operatorId,
    line.account,
    line.token.symbol,
    line.token.address,
    amount(line.amount),
    amount(line.claimed),
    amount(line.unclaimed),
    line.amountUsd.value === null ? "" : formatUnits(line.amountUsd.value, 6),
    line.amountUsd.reason,
    terms?.operatorBps,
    terms?.poolBps,
    terms?.gpuBps,
    terms ? formatUnits(terms.burnedDc, 6) : "",
    terms?.upMinutes,
    line.id,
    terms?.transactions.join(" "),
  ]);
}

function rowOf(cells: readonly (string | number | null | undefined)[]): string {
  return `${cells.map((value) => cell(value ?? "")).join(",")}\r\n`;
}

/** Quoted where needed; a token's symbol is its maker's text, and no spreadsheet shall take it for a formula. */
function cell(value: string | number): string {
  const text = String(value);
  const safe = /^[=+@\t\r]/.test(text) || /^-(?![\d.]+$)/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
