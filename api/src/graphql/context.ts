import DataLoader from "dataloader";
import type { ChainOptions } from "../chain/index.ts";
import type { Step } from "../domain/rewards/explain.ts";
import { readAsOf, type AsOf } from "../facts/as-of.ts";
import {
  burnedHours,
  PointBudget,
  telemetryMinutes,
  type Span,
  type TelemetryMinutesFact,
} from "../facts/gpu-series.ts";
import type { Access } from "../access/access.ts";
import { NOBODY, type Who } from "../access/who.ts";
import { liveTelemetry, type LiveFact } from "../facts/live-telemetry.ts";
import * as chain from "../sources/chain.ts";
import { readPaid, type PaidRow } from "../sources/epochs.ts";
import {
  readExplanations,
  readNewestScores,
  type ExplanationRow,
  type ScoreRow,
} from "../sources/reputation-scores.ts";
import type { RewardLineRow } from "../sources/rewards.ts";
import type { SampleSpan } from "../sources/samples.ts";
import type { Snapshot } from "../sources/snapshot.ts";
import type { HourRow } from "../sources/usage.ts";
import { ClaimTrees } from "./claim-trees.ts";
import { Estimates } from "./estimates.ts";
import { pricingLoaders, type PricingLoaders } from "./pricing-loaders.ts";
import { ChainPort } from "./prepare/port.ts";
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
  /** by member's id, or else operator's; the newest */
  score: DataLoader<string, ScoreRow | undefined>;
  explanation: DataLoader<string, ExplanationRow | undefined>;
  /** by GPU id */
  burnedHours(span: Span): DataLoader<string, HourRow[]>;
  pricing: PricingLoaders;
  /** by UUID hash */
  telemetryMinutes(span: Span): DataLoader<string, TelemetryMinutesFact | undefined>;
  liveTelemetry: DataLoader<SampleSpan, LiveFact>;
}

/** What every resolver of one operation shares. */
export interface Context extends Kept, Caller {
  snapshot: Snapshot;
  load: Loaders;
  /** what this operation's answer stands on; read once, when first asked for */
  asOf(): Promise<AsOf>;
  /** of objects as of an earlier block: the context that their fields are resolved in; see `history.ts` */
  past?: WeakMap<object, Context>;
}

/** What outlives an operation. */
export interface Kept {
  claimTrees: ClaimTrees;
  estimates: Estimates;
  chain: ChainPort;
  /** who has it sees the payments; undefined: nobody does */
  paymentsToken: string | undefined;
  /** where wallets sign in; nothing where they can't */
  access?: Access;
}

/** Who asks, and by what. */
export interface Caller {
  who: Who;
  /** what the log calls this request */
  requestId: string;
  /** sends the session's token as a cookie, or takes it away; nothing where there are no cookies */
  setSession?: (session: { token: string; expiresAt: Date } | undefined) => void;
  /** what the operation was charged, once it is known */
  spent: { points: number };
}

/** What an API may be given beside its database. */
export interface Doors {
  /** the chain that transactions are prepared for; without it those fields answer `NO_CHAIN` */
  chain?: ChainOptions | undefined;
  /** of the processor's admin; without it payments answer `NO_PAYMENTS` */
  paymentsToken?: string | undefined;
}

/** Nothing kept yet. */
export const keptNothing = ({ chain, paymentsToken }: Doors = {}): Kept => ({
  claimTrees: new ClaimTrees(),
  estimates: new Estimates(),
  chain: new ChainPort(chain),
  paymentsToken,
});

/** This process itself. */
const nobody = (): Caller => ({ who: NOBODY, requestId: "", spent: { points: 0 } });

/** A fresh context on a fresh snapshot, for one operation. */
export function createContext(snapshot: Snapshot, kept: Kept = keptNothing(), caller: Caller = nobody()): Context {
  let asOf: Promise<AsOf> | undefined;
  const budget = new PointBudget();
  return {
    ...kept,
    ...caller,
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
      pricing: pricingLoaders(snapshot, budget),
      rewardSteps: new DataLoader((lines) => readRewardSteps(snapshot, lines)),
      score: byKey(
        (subjects) => readNewestScores(snapshot, subjects),
        (row) => row.subject,
      ),
      explanation: byKey(
        (subjects) => readExplanations(snapshot, subjects),
        (row) => row.subject,
      ),
      burnedHours: bySpan((ids, span) => burnedHours(snapshot, ids, span, budget)),
      telemetryMinutes: bySpan((hashes, span) => telemetryMinutes(snapshot, hashes, span, budget)),
      liveTelemetry: new DataLoader((spans) => liveTelemetry(snapshot, spans)),
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
