import type { Scope } from "#api/src/domain/cashflow/statement.ts";
import type { AskedWindow } from "#api/src/statement/basis.ts";
import type { Assumptions } from "#api/src/statement/metrics.ts";
import { BaseError } from "#kernel/errors.ts";
import { parseUnits } from "#kernel/units.ts";

/** What `bc statement` may be told, as texts. */
export interface StatementFlags {
  wallet?: string;
  gpu?: string;
  pool?: string;
  operator?: string;
  from?: string;
  to?: string;
  csv?: string;
  json?: boolean;
  lines?: string;
  npvRate?: string;
  npvSource?: string;
  residual?: string;
  residualSource?: string;
}

/** What they mean. */
export interface StatementWish {
  scope: Scope;
  window: AskedWindow;
  assumptions: Assumptions;
}

const INSTANT = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?Z)?$/;

/**
 * Reads the flags.
 *
 * @param now what is assumed is of now unless it says otherwise; seconds since 1970
 * @throws BaseError `BAD_FLAG`
 */
export function readStatementFlags(flags: StatementFlags, now: number): StatementWish {
  return {
    scope: scopeOf(flags),
    window: { fromAt: instant("--from", flags.from), toAt: instant("--to", flags.to) },
    assumptions: { discountRate: rateOf(flags, now), residual: residualOf(flags) },
  };
}

function scopeOf({ wallet, gpu, pool, operator }: StatementFlags): Scope {
  const scopes: Scope[] = [
    ...(wallet === undefined ? [] : [{ kind: "WALLET" as const, account: wallet }]),
    ...(gpu === undefined ? [] : [{ kind: "GPU" as const, gpuId: gpu }]),
    ...(pool === undefined ? [] : [{ kind: "POOL" as const, poolId: pool }]),
    ...(operator === undefined ? [] : [{ kind: "OPERATOR" as const, operatorId: operator }]),
  ];
  const [scope] = scopes;
  if (scope && scopes.length === 1) return scope;
  throw bad(scope ? "a statement is of one thing" : "nobody's statement is asked for", [
    "give one of --wallet 0x…, --gpu N, --pool N, --operator N",
  ]);
}

function instant(flag: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const at = INSTANT.test(text) ? new Date(text) : undefined;
  if (at && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text.slice(0, 10))) return at.getTime() / 1_000;
  throw bad(`${flag} is "${text}", but must be a date (2026-11-22) or an instant in UTC (2026-11-22T17:00Z)`);
}

function rateOf({ npvRate, npvSource }: StatementFlags, now: number): Assumptions["discountRate"] {
  if (npvRate === undefined) return null;
  const rate = /^-?\d{1,4}(\.\d{1,9})?$/.test(npvRate) ? Number(npvRate) : NaN;
  if (rate > -1) return { rate, at: now, source: npvSource ?? "given by whoever asked" };
  throw bad(`--npv-rate is "${npvRate}", but must be a yearly rate above -1`, ["0.1 is 10 %"]);
}

function residualOf({ residual, residualSource }: StatementFlags): Assumptions["residual"] {
  if (residual === undefined) return null;
  const [usd = "", date = "", ...rest] = residual.split("@");
  if (!/^\d{1,15}(\.\d{1,6})?$/.test(usd) || date === "" || rest.length > 0) {
    throw bad(`--residual is "${residual}", but must be dollars and the date at which that will be left`, [
      "--residual 4000@2028-01-01",
    ]);
  }
  const at = instant("--residual's date", date) ?? 0;
  return { amountUsd: parseUnits(usd, 6), at, source: residualSource ?? "given by whoever asked" };
}

function bad(message: string, hints: readonly string[] = []): BaseError {
  return new BaseError("BAD_FLAG", message, { hints: [...hints, "see bc statement --help"] });
}
