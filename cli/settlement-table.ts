import { LINE_KINDS, type EpochResult } from "#api/src/domain/rewards/types.ts";
import { BCT_DECIMALS, DC_DECIMALS, formatUnits } from "#kernel/units.ts";
import { alignTable } from "./tables.ts";

/** Rows of a table that people can take in; the rest is counted. */
const MOST_ROWS = 50;
const bct = (amount: bigint): string => formatUnits(amount, BCT_DECIMALS);
const dc = (amount: bigint): string => formatUnits(amount, DC_DECIMALS);

/** What `bc settle` prints: the epoch's sums and roots, then pools and lines, as many as fit. BCT and DC. */
export function settlementTable(result: EpochResult): string {
  const { pools, lines, claims } = result;
  const sums = [
    ["epoch", `${result.epoch}, methodology ${result.methodologyVersion}`],
    ["budget", `${bct(result.budget)} BCT`],
    ["burned for use", `${dc(result.burnedDc)} DC`],
    ["rewards", `${bct(result.total)} BCT in ${lines.length} lines`],
    ["unallocated", `${bct(result.unallocated)} BCT`],
    ["wallets", `${claims.length} that ever earned`],
    ["lines root", result.linesRoot],
    ["claims root", result.claimsRoot],
    ["inputs hash", result.inputsHash],
  ];
  const poolRows = pools.map((terms) => [
    String(terms.poolId),
    dc(terms.burnedDc),
    bct(terms.amount),
    bct(terms.operatorAmount),
    bct(terms.bonusAmount),
    bct(terms.shareAmount),
    terms.flags.join(" "),
  ]);
  const lineRows = lines.map(({ kind, poolId, gpuId, account, amount }) => [
    String(poolId),
    gpuId === 0n ? "-" : String(gpuId),
    LINE_KINDS[kind],
    account,
    bct(amount),
  ]);
  const poolHead = ["pool", "burned DC", "BCT", "operator", "GPUs used", "all GPUs", ""];
  return [
    alignTable(sums),
    ...listed(poolHead, poolRows, "pools", new Set([0, 1, 2, 3, 4, 5])),
    ...listed(["pool", "GPU", "kind", "to", "BCT"], lineRows, "lines", new Set([0, 1, 4])),
  ].join("\n\n");
}

/** A table of at most so many rows; none of no rows. */
function listed(head: string[], rows: string[][], name: string, right: ReadonlySet<number>): string[] {
  if (rows.length === 0) return [];
  const table = alignTable([head, ...rows.slice(0, MOST_ROWS)], right);
  const rest = rows.length - MOST_ROWS;
  return [rest > 0 ? `${table}\n… and ${rest} more ${name}; all of them with --json` : table];
}
