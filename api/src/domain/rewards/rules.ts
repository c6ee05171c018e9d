import { badInputs } from "./fields.ts";
import { unownedUse } from "./lines-v1.ts";
import type { EpochInputs, GpuInput, OwnerSeconds, PoolInput } from "./types.ts";

const BPS = 10_000;
const MINUTE = 60;

/**
 * What must hold of inputs in canonical order beyond the form of each field.
 *
 * @throws BaseError `BAD_EPOCH_INPUTS` that names the entry, or `BUG` for use of a GPU that nobody owned
 */
export function requireRules(inputs: EpochInputs): void {
  const { start, end, pools, gpus, previousCumulative, budget } = inputs;
  if (end <= start) throw badInputs("the inputs", `the epoch ends at ${end}, not after its start at ${start}`);
  requireOnce(pools, (pool) => `pool ${pool.poolId}`);
  requireOnce(gpus, nameOf);
  requireOnce(previousCumulative, ({ account }) => `previousCumulative of ${account}`);
  requirePools(pools);
  const poolIds = new Set(pools.map(({ poolId }) => poolId));
  for (const gpu of gpus) {
    if (!poolIds.has(gpu.poolId)) throw badInputs(nameOf(gpu), "the pool is unknown: it isn't among the pools");
    requireGpu(gpu, end - start);
  }
  requireWholeGpus(gpus, end - start);
  const owed = previousCumulative.reduce((sum, { amount }) => sum + amount, budget);
  if (owed >= 2n ** 256n) throw badInputs("previousCumulative", "with the budget it comes to 2^256 or more");
}

/** Refuses equal neighbors: in canonical order these are all. */
function requireOnce<T>(entries: readonly T[], name: (entry: T) => string): void {
  let before = "";
  for (const entry of entries) {
    const present = name(entry);
    if (present === before) throw badInputs(present, "is there twice");
    before = present;
  }
}

function requirePools(pools: readonly PoolInput[]): void {
  const payees = new Map<bigint, PoolInput>();
  for (const pool of pools) {
    const { poolId, operatorId, operatorPayee, shares } = pool;
    const sum = shares.operatorBps + shares.poolBps + shares.gpuBps;
    if (sum !== BPS) throw badInputs(`pool ${poolId}`, `the shares sum to ${sum} basis points, not to ${BPS}`);
    const other = payees.get(operatorId) ?? pool;
    payees.set(operatorId, pool);
    if (other.operatorPayee === operatorPayee) continue;
    const theirs = `${operatorPayee}, but ${other.operatorPayee} in pool ${other.poolId}`;
    throw badInputs(`pool ${poolId}`, `operator ${operatorId} is paid at ${theirs}; it has one payee`);
  }
}

function requireGpu(gpu: GpuInput, length: number): void {
  const { burnedDc, eligibleSeconds, memberSeconds, owners } = gpu;
  const fault = (text: string) => badInputs(nameOf(gpu), text);
  requireOnce(owners, ({ account }) => `${nameOf(gpu)}: owner ${account}`);
  const owned = ownedSeconds(owners);
  if (owned === 0 && burnedDc > 0n) throw unownedUse(gpu);
  if (memberSeconds > length) throw fault(`memberSeconds is ${memberSeconds}, more than the epoch's ${length}`);
  if (owned > length) throw fault(`its owners held it for ${owned} s in all, more than the epoch's ${length}`);
  if (eligibleSeconds % MINUTE !== 0) throw fault(`eligibleSeconds is ${eligibleSeconds}, no whole number of minutes`);
  // a minute counts by its start alone: a second's membership may hold one
  if (eligibleSeconds > MINUTE * memberSeconds) {
    throw fault(`eligibleSeconds is ${eligibleSeconds}, more than ${memberSeconds} s of membership can hold`);
  }
}

/** What must hold of a GPU over all the pools it was in. */
function requireWholeGpus(gpus: readonly GpuInput[], length: number): void {
  const minutes = MINUTE * Math.ceil(length / MINUTE);
  const seen = new Map<bigint, { first: GpuInput; members: number; eligible: number }>();
  for (const gpu of gpus) {
    const { first, members, eligible } = seen.get(gpu.gpuId) ?? { first: gpu, members: 0, eligible: 0 };
    const sums = { first, members: members + gpu.memberSeconds, eligible: eligible + gpu.eligibleSeconds };
    seen.set(gpu.gpuId, sums);
    const fault = (text: string) => badInputs(nameOf(gpu), text);
    if (!isSame(first.owners, gpu.owners)) throw fault(`its owners aren't those given for pool ${first.poolId}`);
    const owned = ownedSeconds(gpu.owners);
    if (sums.members > owned) throw fault(`it was a member for ${sums.members} s in all, but owned for ${owned} s`);
    if (sums.eligible > minutes)
      throw fault(`eligibleSeconds are ${sums.eligible} in all, beyond the epoch's ${minutes}`);
  }
}

function ownedSeconds(owners: readonly OwnerSeconds[]): number {
  return owners.reduce((sum, { seconds }) => sum + seconds, 0);
}

function isSame(a: readonly OwnerSeconds[], b: readonly OwnerSeconds[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ account, seconds }, i) => account === b[i]?.account && seconds === b[i]?.seconds)
  );
}

function nameOf({ poolId, gpuId }: GpuInput): string {
  return `pool ${poolId}, GPU ${gpuId}`;
}
