import { Entry } from "./fields.ts";
import { requireRules } from "./rules.ts";
import type { AccountAmount, EpochInputs, GpuInput, OwnerSeconds, PoolInput } from "./types.ts";
import { requireVersion } from "./version.ts";

const keys = (...names: string[]): ReadonlySet<string> => new Set(names);
const INPUTS = keys("methodologyVersion", "epoch", "start", "end", "budget", "pools", "gpus", "previousCumulative");
const POOL = keys("poolId", "operatorId", "operatorPayee", "shares");
const SHARES = keys("operatorBps", "poolBps", "gpuBps");
const GPU = keys("poolId", "gpuId", "burnedDc", "eligibleSeconds", "memberSeconds", "owners");
const OWNER = keys("account", "seconds");
const CUMULATIVE = keys("account", "amount");

/**
 * Reads an epoch's inputs from what `JSON.parse` gave, in any order, and puts them into the canonical one: pools by id,
 * GPUs by pool and id, accounts by address.
 *
 * @throws BaseError `BAD_EPOCH_INPUTS` that names the entry which breaks a rule, `UNKNOWN_METHODOLOGY`, or `BUG` for a
 * GPU that was used while nobody owned it
 */
export function parseInputs(value: unknown): EpochInputs {
  const version = (value as { methodologyVersion?: unknown } | null)?.methodologyVersion;
  if (Number.isSafeInteger(version)) requireVersion(version as number); // before fields that others may have
  const entry = new Entry(value, INPUTS, () => "the inputs");
  const inputs: EpochInputs = {
    methodologyVersion: entry.whole("methodologyVersion"),
    epoch: entry.whole("epoch"),
    start: entry.whole("start"),
    end: entry.whole("end"),
    budget: entry.amount("budget"),
    pools: entry.list("pools", poolOf).sort((a, b) => order(a.poolId, b.poolId)),
    gpus: entry.list("gpus", gpuOf).sort((a, b) => order(a.poolId, b.poolId) || order(a.gpuId, b.gpuId)),
    previousCumulative: entry.list("previousCumulative", cumulativeOf).sort(byAccount),
  };
  requireRules(inputs);
  return inputs;
}

function poolOf(value: unknown, index: number): PoolInput {
  const entry = new Entry(value, POOL, () => `pools[${index}]${idsOf(value)}`);
  const shares = entry.inner("shares", SHARES);
  return {
    poolId: entry.id("poolId"),
    operatorId: entry.id("operatorId"),
    operatorPayee: entry.account("operatorPayee"),
    shares: {
      operatorBps: shares.whole("operatorBps"),
      poolBps: shares.whole("poolBps"),
      gpuBps: shares.whole("gpuBps"),
    },
  };
}

function gpuOf(value: unknown, index: number): GpuInput {
  const name = (): string => `gpus[${index}]${idsOf(value)}`;
  const entry = new Entry(value, GPU, name);
  return {
    poolId: entry.id("poolId"),
    gpuId: entry.id("gpuId"),
    burnedDc: entry.amount("burnedDc"),
    eligibleSeconds: entry.whole("eligibleSeconds"),
    memberSeconds: entry.whole("memberSeconds"),
    owners: entry.list("owners", (owner, place) => ownerOf(owner, () => `${name()}: owners[${place}]`)).sort(byAccount),
  };
}

function ownerOf(value: unknown, name: () => string): OwnerSeconds {
  const entry = new Entry(value, OWNER, name);
  return { account: entry.account("account"), seconds: entry.whole("seconds", 1) };
}

function cumulativeOf(value: unknown, index: number): AccountAmount {
  const entry = new Entry(value, CUMULATIVE, () => `previousCumulative[${index}]`);
  return { account: entry.account("account"), amount: entry.amount("amount") };
}

/** Which pool or GPU an entry is about, as far as it says so. */
function idsOf(value: unknown): string {
  const { poolId, gpuId } = value as { poolId?: unknown; gpuId?: unknown };
  const ids = [
    ...(typeof poolId === "string" ? [`pool ${poolId}`] : []),
    ...(typeof gpuId === "string" ? [`GPU ${gpuId}`] : []),
  ];
  return ids.length === 0 ? "" : ` (${ids.join(", ")})`;
}

function order(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function byAccount(a: { account: string }, b: { account: string }): number {
  return a.account < b.account ? -1 : a.account > b.account ? 1 : 0;
}
