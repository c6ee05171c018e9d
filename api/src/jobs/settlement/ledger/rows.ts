import { bonusOf, ownedSecondsOf, poolBooks, poolShareOf, weightOf } from "../../../domain/rewards/amounts-v1.ts";
import { LineKind, type EpochInputs, type EpochResult } from "../../../domain/rewards/types.ts";
import { bytes } from "../../outbox/rows.ts";

/** Rows for a table of the ledger; the epoch comes before the columns named. */
export interface Table {
  name: string;
  /** names and types */
  columns: readonly (readonly [name: string, type: string])[];
  rows: readonly (readonly (string | number | boolean | Buffer)[])[];
}

const BPS = 10_000;

/** What each pool gets. */
export function poolRows(inputs: EpochInputs, { pools }: EpochResult): Table {
  const terms = new Map(pools.map((one) => [one.poolId, one]));
  return {
    name: "pool_amount",
    columns: [
      ...([
        ["pool", "int8"],
        ["operator", "int8"],
        ["payee", "bytea"],
        ["operator_bps", "int4"],
        ["pool_bps", "int4"],
      ] as const),
      ...([
        ["gpu_bps", "int4"],
        ["burned_dc", "numeric"],
        ["amount", "numeric"],
        ["operator_amount", "numeric"],
      ] as const),
      ...([
        ["bonus_amount", "numeric"],
        ["share_amount", "numeric"],
        ["weight", "numeric"],
        ["has_telemetry", "bool"],
      ] as const),
    ],
    rows: inputs.pools.map(({ poolId, operatorId, operatorPayee, shares }) => {
      const got = terms.get(poolId);
      if (!got) throw new Error(`BUG: no terms of pool ${poolId}`);
      return [
        ...[
          String(poolId),
          String(operatorId),
          bytes(operatorPayee),
          shares.operatorBps,
          shares.poolBps,
          shares.gpuBps,
        ],
        ...[got.burnedDc, got.amount, got.operatorAmount, got.bonusAmount, got.shareAmount, got.weight].map(String),
        !got.flags.includes("NO_TELEMETRY"),
      ];
    }),
  };
}

/** What each GPU gets, before its owners part it. */
export function gpuRows(inputs: EpochInputs, _result: EpochResult): Table {
  return {
    name: "gpu_amount",
    columns: [
      ...([
        ["pool", "int8"],
        ["gpu", "int8"],
        ["burned_dc", "numeric"],
        ["member_seconds", "int4"],
      ] as const),
      ...([
        ["eligible_seconds", "int4"],
        ["weight", "numeric"],
        ["share_amount", "numeric"],
        ["bonus_amount", "numeric"],
      ] as const),
    ],
    rows: poolBooks(inputs).flatMap(({ gpus, terms }) =>
      gpus.map((gpu) => [
        ...[String(gpu.poolId), String(gpu.gpuId), String(gpu.burnedDc), gpu.memberSeconds, gpu.eligibleSeconds],
        ...[weightOf(gpu, terms), poolShareOf(gpu, terms), bonusOf(gpu, terms)].map(String),
      ]),
    ),
  };
}

/** Each payment, with the terms that gave it: `amount = ⌊whole · part / parts⌋`. */
export function lineRows(inputs: EpochInputs, { lines }: EpochResult): Table {
  const books = new Map(poolBooks(inputs).map((book) => [book.pool.poolId, book]));
  const gpus = new Map(inputs.gpus.map((gpu) => [`${gpu.poolId} ${gpu.gpuId}`, gpu]));
  return {
    name: "line",
    columns: [
      ...([
        ["place", "int4"],
        ["kind", "int2"],
        ["pool", "int8"],
        ["gpu", "int8"],
        ["account", "bytea"],
      ] as const),
      ...([
        ["amount", "numeric"],
        ["whole", "numeric"],
        ["part", "int8"],
        ["parts", "int8"],
      ] as const),
    ],
    rows: lines.map(({ kind, poolId, gpuId, account, amount }, place) => {
      const book = books.get(poolId);
      const gpu = gpus.get(`${poolId} ${gpuId}`);
      if (!book || (kind !== LineKind.OPERATOR && !gpu))
        throw new Error(`BUG: no terms of GPU ${gpuId} in pool ${poolId}`);
      const { terms, pool } = book;
      const [whole, part, parts] = gpu
        ? [
            kind === LineKind.POOL_SHARE ? poolShareOf(gpu, terms) : bonusOf(gpu, terms),
            gpu.owners.find((owner) => owner.account === account)?.seconds ?? 0,
            ownedSecondsOf(gpu),
          ]
        : [terms.amount, pool.shares.operatorBps, BPS];
      const ids = [place, kind, String(poolId), String(gpuId), bytes(account)];
      return [...ids, ...[amount, whole, part, parts].map(String)];
    }),
  };
}

/** What every wallet that ever earned has earned by now. */
export function claimRows({ previousCumulative }: EpochInputs, { claims }: EpochResult): Table {
  const before = new Map(previousCumulative.map(({ account, amount }) => [account, amount]));
  return {
    name: "claim",
    columns: [
      ["place", "int4"],
      ["account", "bytea"],
      ["cumulative", "numeric"],
      ["earned", "numeric"],
    ],
    rows: claims.map(({ account, cumulative }, place) => {
      const earned = cumulative - (before.get(account) ?? 0n);
      return [place, bytes(account), String(cumulative), String(earned)];
    }),
  };
}
