import type { StatementLine } from "#api/src/domain/cashflow/line.ts";
import { BCT_DECIMALS, DC_DECIMALS, formatUnits } from "#kernel/units.ts";
import type { ReadStatement } from "./statement-read.ts";

const USD_DECIMALS = 6;

/** A statement with its first lines as JSON: amounts as exact decimal strings, times in ISO 8601. */
export function statementJson(read: ReadStatement, lines: readonly StatementLine[]) {
  const { title, window, at, block, statement, totals, metrics, missing } = read;
  const iso = (seconds: number): string => new Date(seconds * 1_000).toISOString();
  const bct = (amount: bigint): string => formatUnits(amount, BCT_DECIMALS);
  return {
    of: title,
    from: iso(window.fromAt),
    to: iso(window.toAt),
    asOf: { block: String(block), at: iso(at) },
    methodologyVersion: statement.methodologyVersion,
    missingEpochs: missing,
    earnedBct: bct(statement.rewardBct),
    claimedBct: bct(statement.claimedBct),
    unclaimedBct: bct(statement.unclaimedBct),
    totals: totals.map(({ token, amount, amountUsd, claimed, unclaimed, ...total }) => ({
      ...total,
      token,
      amount: formatUnits(amount, token.decimals),
      amountUsd: plain(amountUsd),
      ...(claimed === null || unclaimed === null ? {} : { claimed: bct(claimed), unclaimed: bct(unclaimed) }),
    })),
    metrics: plain(metrics),
    lines: lines.map(lineJson),
  };
}

function lineJson({ token, amount, claimed, unclaimed, terms, ...line }: StatementLine) {
  const text = (value: bigint | null): string | null => (value === null ? null : formatUnits(value, token.decimals));
  return {
    ...line,
    at: new Date(line.at * 1_000).toISOString(),
    amountUsd: plain(line.amountUsd),
    token,
    amount: text(amount),
    claimed: text(claimed),
    unclaimed: text(unclaimed),
    terms: terms && {
      ...terms,
      burnedDc: formatUnits(terms.burnedDc, DC_DECIMALS),
      epochBctEquivalent: text(terms.epochBctEquivalent),
      epochMintedBct: text(terms.epochMintedBct),
    },
  };
}

/** Dollars and Data Credits have six decimals, both; times end in `At` or are named so. */
function plain(value: unknown, key = ""): unknown {
  if (typeof value === "bigint") return formatUnits(value, USD_DECIMALS);
  if (typeof value === "number") return key === "at" || key === "asOf" ? new Date(value * 1_000).toISOString() : value;
  if (Array.isArray(value)) return value.map((one) => plain(one));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => {
      const isTime = name === "value" && key.endsWith("At");
      return [name === "amountUsd" && key === "residual" ? "usd" : name, plain(one, isTime ? "at" : name)];
    }),
  );
}
