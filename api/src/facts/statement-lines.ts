import type { EpochRange, RewardKey, RewardScope } from "../sources/cashflow-rewards.ts";
import { readRewardPage, readRewardSums } from "../sources/cashflow-rewards.ts";
import { readSales, type SaleScope } from "../sources/cashflow-sales.ts";
import { readBurns, readLineSources, type FinalEpochRow } from "../sources/cashflow-terms.ts";
import type { Snapshot } from "../sources/snapshot.ts";
import { tokenOf, type PricedToken } from "./statement-prices.ts";

/** Final epochs by number. */
export type FinalEpochs = ReadonlyMap<number, FinalEpochRow>;

const KINDS = ["OPERATOR", "POOL_SHARE", "GPU_BONUS"] as const;

/** A reward with what gave it: a shape of the domain's facts. BCT wei, DC base units. */
export interface RewardLineFact {
  epoch: number;
  at: number;
  kind: (typeof KINDS)[number];
  poolId: string;
  operatorId: string;
  gpuId: string | null;
  account: string;
  amountBct: bigint;
  claimedBct: bigint;
  price: bigint | null;
  terms: {
    operatorBps: number;
    poolBps: number;
    gpuBps: number;
    burnedDc: bigint;
    upMinutes: number | null;
    epochBctEquivalent: bigint;
    epochMintedBct: bigint;
    transactions: readonly string[];
  };
}

/** Rewards of an epoch and a kind together, without the terms of each line. */
export interface RewardSumFact extends RewardLineFact {
  lineCount: number;
}

/** A sale: a shape of the domain's facts. */
export interface SaleLineFact extends PricedToken {
  saleId: string;
  at: number;
  gpuId: string | null;
  slotId: string | null;
  poolId: string | null;
  operatorId: string | null;
  seller: string;
  buyer: string;
  price: bigint;
  royalty: bigint;
  royaltyReceiver: string | null;
  isPrimary: boolean;
}

/** A page of a scope's rewards, in the order of epoch, kind, pool, GPU and account. */
export async function readRewardFacts(
  snapshot: Snapshot,
  scope: RewardScope,
  epochs: FinalEpochs,
  { range, ...page }: { range: EpochRange; after: RewardKey | null; limit: number },
): Promise<RewardLineFact[]> {
  const rows = await readRewardPage(snapshot, scope, range, page);
  if (rows.length === 0) return [];
  const wanted = new Map(rows.map((row) => [keyOf(row), row]));
  const sources = new Map((await readLineSources(snapshot, [...wanted.values()])).map((row) => [keyOf(row), row]));
  const used = rows.filter((row) => (sources.get(keyOf(row))?.burnedDc ?? 0n) > 0n && row.gpuId !== "0");
  const unique = <T>(values: T[]): T[] => [...new Set(values)];
  const burns = new Map(
    used.length === 0
      ? []
      : (await readBurns(snapshot, unique(used.map(({ epoch }) => epoch)), unique(used.map(({ gpuId }) => gpuId)))).map(
          (row) => [keyOf(row), row.transactions],
        ),
  );
  return rows.map((row) => {
    const [epoch, source] = [epochs.get(row.epoch), sources.get(keyOf(row))];
    if (!epoch || !source) throw new Error(`BUG: line ${keyOf(row)} has no terms`);
    const { operatorBps, poolBps, gpuBps, burnedDc, upMinutes, operatorId } = source;
    return {
      ...commonOf(epoch, row.kind),
      poolId: row.poolId,
      operatorId,
      gpuId: row.gpuId === "0" ? null : row.gpuId,
      account: row.account,
      amountBct: row.amount,
      claimedBct: row.claimed,
      terms: {
        ...{ operatorBps, poolBps, gpuBps, burnedDc, upMinutes: upMinutes === null ? null : Math.round(upMinutes) },
        ...worthOf(epoch),
        transactions: [...(burns.get(keyOf(row)) ?? []), epoch.transaction],
      },
    };
  });
}

/** A scope's rewards of final epochs by epoch and kind, from the first epoch to `to`. */
export async function readRewardSumFacts(
  snapshot: Snapshot,
  scope: RewardScope,
  epochs: FinalEpochs,
  to: number,
  without: readonly number[],
): Promise<RewardSumFact[]> {
  const gpuId = scope.kind === "GPU" ? scope.gpuId : null;
  const rows = await readRewardSums(snapshot, scope, { to, without });
  return rows.flatMap((row) => {
    const epoch = epochs.get(row.epoch);
    if (!epoch) return [];
    const none = { operatorBps: 0, poolBps: 0, gpuBps: 0, burnedDc: 0n, upMinutes: null, transactions: [] };
    return {
      ...commonOf(epoch, row.kind),
      ...{ poolId: scope.kind === "POOL" ? scope.poolId : "", operatorId: "", gpuId },
      account: scope.kind === "WALLET" ? scope.account : "",
      amountBct: row.amount,
      claimedBct: row.claimed,
      terms: { ...none, ...worthOf(epoch) },
      lineCount: row.lineCount,
    };
  });
}

/** A scope's sales to the end. */
export async function readSaleFacts(snapshot: Snapshot, scope: SaleScope): Promise<SaleLineFact[]> {
  return (await readSales(snapshot, scope)).map((row) => {
    const { saleId, at, gpuId, slotId, poolId, operatorId, seller, buyer, price, royalty, royaltyReceiver } = row;
    const what = { saleId, at, gpuId, slotId, poolId, operatorId, seller, buyer };
    return { ...what, price, royalty, royaltyReceiver, isPrimary: row.isPrimary, ...tokenOf(row) };
  });
}

const keyOf = ({ epoch, poolId, gpuId }: { epoch: number; poolId: string; gpuId: string }): string =>
  `${epoch}/${poolId}/${gpuId}`;

function commonOf({ epoch, endAt, price }: FinalEpochRow, kind: number) {
  return { epoch, at: endAt - 1, kind: KINDS[kind] ?? "OPERATOR", price };
}

function worthOf({ bctEquivalent, minted }: FinalEpochRow) {
  return { epochBctEquivalent: bctEquivalent, epochMintedBct: minted };
}
