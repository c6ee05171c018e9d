import { BaseError } from "#kernel/errors.ts";
import { SECOND_MS } from "#kernel/time.ts";
import {
  readClosedEpoch,
  readEpochOwners,
  readEpochPools,
  readEpochStays,
  readEpochUse,
  type ClosedEpochRow,
  type EpochOwnerRow,
  type EpochPoolRow,
  type EpochSpan,
} from "../sources/epoch.ts";
import type { Snapshot } from "../sources/snapshot.ts";
import { readAsOf } from "./as-of.ts";
import { readDowntime, type Downtime } from "./downtime.ts";
import { gpuEntries, type GpuEntry } from "./epoch-gpus.ts";

/** What an epoch stands on beside the database. */
export interface EpochRequest extends EpochSpan {
  /** time of the newest block that can't be taken back, seconds since 1970 */
  finalThrough: bigint;
  /** what wallets had earned when the epoch before was settled, BCT wei, by account */
  previous: readonly { account: string; cumulative: bigint }[];
  /** when GPUs were DOWN; what is kept of it, and the minutes' roll-ups for the rest, where it isn't given */
  down?: Downtime;
}

/**
 * The canonical inputs of an epoch, gathered from the chain's views and the telemetry in one snapshot: as JSON, for the
 * domain's `parseInputs` to check. Rows of later blocks change nothing in them.
 *
 * @throws BaseError `EPOCH_NOT_READY`, retryable, that says what the epoch waits for; `BUG` if the burns found aren't those
 * that the contract tallied
 */
export async function gatherEpochInputs(snapshot: Snapshot, request: EpochRequest) {
  const closed = await requireReady(snapshot, request);
  const facts = await readEpochFacts(snapshot, request);
  requireTally(request.epoch, facts.gpus, closed);
  return inputsJson(request, closed.budget, facts);
}

/** What chain and telemetry say of an epoch, beside its budget. */
export interface EpochFacts {
  pools: EpochPoolRow[];
  gpus: GpuEntry[];
  ownersOf: ReadonlyMap<string, EpochOwnerRow[]>;
}

/** Reads an epoch's facts, or those of a part of it, whatever is still to come. One statement a kind. */
export async function readEpochFacts(
  snapshot: Snapshot,
  request: EpochSpan & { down?: Downtime },
): Promise<EpochFacts> {
  const { start, end } = request;
  const stays = await readEpochStays(snapshot, request);
  const use = await readEpochUse(snapshot, request);
  const gpus = gpuEntries(start, stays, use, request.down ?? (await readDowntime(snapshot, start, end)));
  const pools = await readEpochPools(snapshot, request, [...new Set(gpus.map(({ poolId }) => poolId))]);
  return { pools, gpus, ownersOf: groupByGpu(await readEpochOwners(snapshot, request)) };
}

/** The inputs as JSON. */
export function inputsJson(
  { epoch, start, end, previous }: Omit<EpochRequest, "finalThrough">,
  budget: bigint,
  { pools, gpus, ownersOf }: EpochFacts,
) {
  return {
    methodologyVersion: 1,
    epoch,
    start,
    end,
    budget: String(budget),
    pools: pools.map(poolJson),
    gpus: gpus.map((gpu) => gpuJson(gpu, ownersOf.get(gpu.gpuId) ?? [])),
    previousCumulative: previous.map(({ account, cumulative }) => ({ account, amount: String(cumulative) })),
  };
}

/** All that must have happened before an epoch can be settled. */
async function requireReady(snapshot: Snapshot, { epoch, end, finalThrough }: EpochRequest): Promise<ClosedEpochRow> {
  const { block, sampledThrough } = await readAsOf(snapshot);
  const closed = await readClosedEpoch(snapshot, epoch);
  const at = (seconds: number): string => new Date(seconds * SECOND_MS).toISOString();
  const sampled = sampledThrough === undefined ? "none yet" : sampledThrough.toISOString();
  const waits = [
    [
      finalThrough < BigInt(end),
      `for a final block at or after ${at(end)}; the newest is of ${at(Number(finalThrough))}`,
    ],
    [block.timestamp < BigInt(end), `for the indexer to pass ${at(end)}; it is at ${at(Number(block.timestamp))}`],
    [
      (sampledThrough?.getTime() ?? 0) < end * SECOND_MS,
      `for telemetry through ${at(end)}; it is complete through ${sampled}`,
    ],
    [!closed, "for somebody to close it on the chain: call closeEpoch"],
  ] as const;
  const wait = waits.find(([isWaiting]) => isWaiting);
  if (closed && !wait) return closed;
  throw new BaseError("EPOCH_NOT_READY", `epoch ${epoch} waits ${wait?.[1] ?? ""}`, { isRetryable: true });
}

/** The same burns twice: one by one in the events, and as the contract added them up. */
function requireTally(epoch: number, gpus: readonly GpuEntry[], { burnedDc }: ClosedEpochRow): void {
  const found = gpus.reduce((sum, gpu) => sum + gpu.burnedDc, 0n);
  if (found === burnedDc) return;
  const message = `BUG: epoch ${epoch} burned ${burnedDc} DC base units by the contract, ${found} by its events`;
  throw new BaseError("BUG", message, { hints: ["nothing was settled: index the chain again"] });
}

function groupByGpu(rows: readonly EpochOwnerRow[]): Map<string, EpochOwnerRow[]> {
  const groups = new Map<string, EpochOwnerRow[]>();
  for (const row of rows) {
    const group = groups.get(row.gpuId);
    if (group) group.push(row);
    else groups.set(row.gpuId, [row]);
  }
  return groups;
}

function poolJson({ poolId, operatorId, payee, operatorBps, poolBps, gpuBps }: EpochPoolRow) {
  return { poolId, operatorId, operatorPayee: payee, shares: { operatorBps, poolBps, gpuBps } };
}

function gpuJson({ poolId, gpuId, burnedDc, memberSeconds, eligibleMinutes }: GpuEntry, owners: EpochOwnerRow[]) {
  return {
    poolId,
    gpuId,
    burnedDc: String(burnedDc),
    eligibleSeconds: 60 * eligibleMinutes,
    memberSeconds,
    owners: owners.map(({ account, seconds }) => ({ account, seconds })),
  };
}
