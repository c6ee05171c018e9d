import type { Difference } from "#api/src/domain/rewards/compare.ts";
import { describeStep, explainer } from "#api/src/domain/rewards/explain.ts";
import { LINE_KINDS, type RewardLine } from "#api/src/domain/rewards/types.ts";
import type { Verification } from "#api/src/verify/verify.ts";
import { BaseError } from "#kernel/errors.ts";
import { BCT_DECIMALS, DC_DECIMALS, formatUnits } from "#kernel/units.ts";
import { alignTable } from "./tables.ts";

/** Rows of a list that people can take in; the rest is counted. */
const MOST_ROWS = 50;
const bct = (amount: bigint): string => `${formatUnits(amount, BCT_DECIMALS)} BCT`;
const iso = (seconds: number): string => new Date(seconds * 1_000).toISOString().replace(":00.000Z", "Z");
const REBUILT = {
  samples: "the chain and the samples of the telemetry",
  minutes: "the chain and the minutes of the telemetry",
  kept: "the chain and the DOWN minutes kept hour by hour",
  file: "the inputs given",
} as const;

/** A line of a wallet with what leads to it. */
export interface ExplainedLine extends RewardLine {
  readonly steps: readonly string[];
}

/**
 * The lines of a wallet, each term by term.
 *
 * @throws BaseError `UNKNOWN_WALLET` for one that has never earned
 */
export function explainWallet({ inputs, result }: Verification, wallet: string): ExplainedLine[] {
  const account = wallet.toLowerCase();
  if (!result.claims.some((claim) => claim.account === account)) {
    throw new BaseError("UNKNOWN_WALLET", `${wallet} earned nothing in epoch ${result.epoch}, nor before`, {
      hints: ["give the address that holds the GPU's NFT, or the operator's payout address"],
    });
  }
  const explain = explainer(inputs);
  return result.lines
    .filter((line) => line.account === account)
    .map((line) => ({ ...line, steps: explain(line).map(describeStep) }));
}

/** What `bc verify` prints. */
export function verificationTable(found: Verification, wallet?: string): string {
  const { epoch, evidence, result, differences } = found;
  const sums = [
    ["epoch", `${epoch}, methodology ${result.methodologyVersion}`],
    ["rebuilt from", REBUILT[evidence]],
    ["burned for use", `${formatUnits(result.burnedDc, DC_DECIMALS)} DC`],
    ["budget", bct(result.budget)],
    ["rewards", `${bct(result.total)} in ${result.lines.length} lines`],
    ["unallocated", bct(result.unallocated)],
    ["wallets", `${result.claims.length} that ever earned`],
    ["lines root", result.linesRoot],
    ["claims root", result.claimsRoot],
    ["inputs hash", result.inputsHash],
  ];
  const verdict =
    differences.length === 0
      ? `Epoch ${epoch} is as it must be: roots, total, hash and methodology are those on the chain.`
      : `Epoch ${epoch} DIFFERS from what is on the chain:`;
  return [
    alignTable(sums),
    ...found.notes.map((note) => `note: ${note}`),
    ...(wallet === undefined ? [] : [walletText(found, wallet)]),
    [verdict, ...differences.map((one) => sideBySide(one, "the chain has"))].join("\n"),
    ...inputsText(found),
  ].join("\n\n");
}

function inputsText({ inputDifferences, downDifferences }: Verification): string[] {
  const facts = inputDifferences.map((one) => sideBySide(one, "it was settled by"));
  const minutes = downDifferences.map(({ gpuId, from, minutes: count, isDownByOurs }) => {
    const span =
      count === 1 ? `minute ${iso(from)}` : `minutes ${iso(from)} to ${iso(from + 60 * (count - 1))} (${count})`;
    const [by, against] = ["what was read now", "what it was settled by"];
    return `  GPU ${gpuId}: ${span}: DOWN by ${isDownByOurs ? by : against}, not by ${isDownByOurs ? against : by}`;
  });
  return [
    ...(facts.length === 0 ? [] : [["Inputs that differ:", ...cut(facts)].join("\n")]),
    ...(minutes.length === 0 ? [] : [["Minutes behind them:", ...cut(minutes)].join("\n")]),
  ];
}

function sideBySide({ name, ours, theirs }: Difference, them: string): string {
  return `  ${name}: computed ${ours ?? "nothing"}; ${them} ${theirs ?? "nothing"}`;
}

function cut(rows: readonly string[]): string[] {
  const rest = rows.length - MOST_ROWS;
  return rest > 0 ? [...rows.slice(0, MOST_ROWS), `  … and ${rest} more; all of them with --json`] : [...rows];
}

function walletText(found: Verification, wallet: string): string {
  const lines = explainWallet(found, wallet);
  const cumulative = found.result.claims.find(({ account }) => account === wallet.toLowerCase())?.cumulative ?? 0n;
  const total = lines.reduce((sum, { amount }) => sum + amount, 0n);
  const head = `${wallet}: ${bct(total)} in epoch ${found.epoch} by ${lines.length} lines; ${bct(cumulative)} in all epochs to it`;
  const parts = lines.map(({ kind, poolId, gpuId, amount, steps }) => {
    const of = gpuId === 0n ? `pool ${poolId}` : `pool ${poolId}, GPU ${gpuId}`;
    return [`${LINE_KINDS[kind]}, ${of}: ${bct(amount)}`, ...steps.map((step) => `  ${step}`)].join("\n");
  });
  const rows = lines.map(({ kind, poolId, gpuId, amount }) => [
    String(poolId),
    gpuId === 0n ? "-" : String(gpuId),
    LINE_KINDS[kind],
    bct(amount),
  ]);
  const overview = alignTable([["pool", "GPU", "kind", "amount"], ...rows], new Set([0, 1, 3]));
  return [head, ...(lines.length > 1 ? [overview] : []), ...parts].join("\n\n");
}

/** The same as JSON; amounts and ids as decimal strings. */
export function verificationJson(found: Verification, wallet?: string) {
  const { epoch, evidence, result, differences, inputDifferences, notes } = found;
  return {
    epoch,
    isVerified: differences.length === 0,
    evidence,
    methodologyVersion: result.methodologyVersion,
    total: String(result.total),
    unallocated: String(result.unallocated),
    linesRoot: result.linesRoot,
    claimsRoot: result.claimsRoot,
    inputsHash: result.inputsHash,
    lineCount: result.lines.length,
    claimCount: result.claims.length,
    notes,
    differences,
    inputDifferences,
    downDifferences: found.downDifferences.map(({ from, ...one }) => ({
      ...one,
      from: new Date(from * 1_000).toISOString(),
    })),
    ...(wallet === undefined ? {} : { wallet: walletJson(found, wallet) }),
  };
}

function walletJson(found: Verification, wallet: string) {
  return {
    account: wallet.toLowerCase(),
    lines: explainWallet(found, wallet).map(({ kind, poolId, gpuId, amount, steps }) => ({
      kind: LINE_KINDS[kind],
      poolId: String(poolId),
      gpuId: String(gpuId),
      amount: String(amount),
      steps,
    })),
  };
}
