import DataLoader from "dataloader";
import type { Step } from "../domain/rewards/explain.ts";
import { readAsOf, type AsOf } from "../facts/as-of.ts";
import {
  burnedHours,
  PointBudget,
  telemetryMinutes,
  type Span,
  type TelemetryMinutesFact,
} from "../facts/gpu-series.ts";
import * as chain from "../sources/chain.ts";
import { readPaid, type PaidRow } from "../sources/epochs.ts";
import type { RewardLineRow } from "../sources/rewards.ts";
import type { Snapshot } from "../sources/snapshot.ts";
import type { HourRow } from "../sources/usage.ts";
import { ClaimTrees } from "./claim-trees.ts";
import { Estimates } from "./estimates.ts";
import { readRewardSteps } from "./reward-steps.ts";

/** One loader per entity, and per series and span: what the objects of a page show is read in one statement each. */
export interface Loaders {
  operator: DataLoader<string, chain.OperatorRow | undefined>;
  pool: DataLoader<string, chain.PoolRow | undefined>;
  gpu: DataLoader<string, chain.GpuRow | undefined>;
  rental: DataLoader<string, chain.RentalRow | undefined>;
  account: DataLoader<string, chain.AccountRow | undefined>;
  /** by epoch; nothing where nobody earned */
  paid: DataLoader<number, PaidRow | undefined>;
  /** by line; nothing for one that is gone */
  rewardSteps: DataLoader<RewardLineRow, Step[] | undefined>;
  /** by GPU id */
  burnedHours(span: Span): DataLoader<string, HourRow[]>;
  /** by UUID hash */
  telemetryMinutes(span: Span): DataLoader<string, TelemetryMinutesFact | undefined>;
}

/** What every resolver of one operation shares. */
export interface Context extends Kept {
  snapshot: Snapshot;
  load: Loaders;
  /** what this operation's answer stands on; read once, when first asked for */
  asOf(): Promise<AsOf>;
}

/** What outlives an operation. */
export interface Kept {
  claimTrees: ClaimTrees;
  estimates: Estimates;
}

/** Nothing kept yet. */
export const keptNothing = (): Kept => ({ claimTrees: new ClaimTrees(), estimates: new Estimates() });

/** A fresh context on a fresh snapshot, for one operation. */
export function createContext(snapshot: Snapshot, kept: Kept = keptNothing()): Context {
  let asOf: Promise<AsOf> | undefined;
  const budget = new PointBudget();
  return {
    ...kept,
    snapshot,
    load: {
      operator: byKey(
        (ids) => chain.readOperators(snapshot, ids),
        (row) => row.id,
      ),
      pool: byKey(
        (ids) => chain.readPools(snapshot, ids),
        (row) => row.id,
      ),
      gpu: byKey(
        (ids) => chain.readGpus(snapshot, ids),
        (row) => row.id,
      ),
      rental: byKey(
        (ids) => chain.readRentals(snapshot, ids),
        (row) => row.id,
      ),
      account: byKey(
        (ids) => chain.readAccounts(snapshot, ids),
        (row) => row.address,
      ),
      paid: byKey(
        (numbers) => readPaid(snapshot, numbers),
        (row) => row.epoch,
      ),
      rewardSteps: new DataLoader((lines) => readRewardSteps(snapshot, lines)),
      burnedHours: bySpan((ids, span) => burnedHours(snapshot, ids, span, budget)),
      telemetryMinutes: bySpan((hashes, span) => telemetryMinutes(snapshot, hashes, span, budget)),
    },
    asOf: () => (asOf ??= readAsOf(snapshot)),
  };
}

function byKey<Key extends string | number, Row>(
  read: (keys: readonly Key[]) => Promise<Row[]>,
  keyOf: (row: Row) => Key,
): DataLoader<Key, Row | undefined> {
  return new DataLoader(async (keys) => {
    const rows = new Map((await read(keys)).map((row) => [keyOf(row), row]));
    return keys.map((key) => rows.get(key));
  });
}

function bySpan<Fact>(
  read: (keys: readonly string[], span: Span) => Promise<Fact[]>,
): (span: Span) => DataLoader<string, Fact> {
  const loaders = new Map<string, DataLoader<string, Fact>>();
  return (span) => {
    const name = `${span.at}/${span.width}`;
    const loader = loaders.get(name) ?? new DataLoader<string, Fact>((keys) => read(keys, span));
    loaders.set(name, loader);
    return loader;
  };
}
