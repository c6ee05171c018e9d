import type { Snapshot } from "./snapshot.ts";

/** Whose rewards: see `Scope` of the domain. Pools are all of an operator's. */
export type RewardScope =
  | { kind: "WALLET"; account: string }
  | { kind: "GPU"; gpuId: string }
  | { kind: "POOL"; poolId: string }
  | { kind: "OPERATOR"; poolIds: readonly string[] };

/** Epochs `from` to `to`, both in it, but those left out. */
export interface EpochRange {
  from: number;
  to: number;
  without: readonly number[];
}

/** A payment of a final epoch. BCT wei. */
export interface StatementRewardRow {
  epoch: number;
  /** 0 OPERATOR, 1 POOL_SHARE, 2 GPU_BONUS */
  kind: number;
  poolId: string;
  /** 0 for the operator's */
  gpuId: string;
  /** 0x hex */
  account: string;
  amount: bigint;
  /** what of it was paid */
  claimed: bigint;
}

/** Payments of one epoch and kind together. BCT wei. */
export interface RewardSumRow {
  epoch: number;
  kind: number;
  lineCount: number;
  amount: bigint;
  claimed: bigint;
}

/** Where a page of lines goes on: after this one. */
export type RewardKey = Pick<StatementRewardRow, "epoch" | "kind" | "poolId" | "gpuId" | "account">;

type Texts<Row> = { [K in keyof Row]: Row[K] extends bigint ? string : Row[K] };

/**
 * What of a row `r` was paid: claims pay the earliest first, in the order of epoch, kind, pool and GPU. A claim pays all up to
 * an epoch's end, so that the lines before one in its own epoch hardly ever have to be added up.
 *
 * @param before what the account earned in the epoch before the row
 */
const claimedOf = (before: string): string => `case
  when c.cumulative <= a.claimed_bct then r.amount
  when c.cumulative - c.earned >= coalesce(a.claimed_bct, 0) then 0
  else least(r.amount, greatest(0, a.claimed_bct - (c.cumulative - c.earned) - coalesce((${before}), 0))) end`;
const CLAIMS = `join ledger.claim c on c.account = r.account and c.epoch = r.epoch left join chain.account a on a.id = r.account`;

/** What `r` must be, with one parameter, and which of the key's columns it leaves open; in the order of an index. */
const SCOPES = {
  WALLET: { where: `r.account = $1::bytea`, key: `r.epoch, r.kind, r.pool, r.gpu`, types: ["int8", "int8"] },
  GPU: { where: `r.gpu = $1::int8 and r.gpu > 0`, key: `r.epoch, r.kind, r.pool, r.account`, types: ["int8", "bytea"] },
  POOL: {
    where: `r.pool = $1::int8 and r.kind > 0`,
    key: `r.epoch, r.kind, r.gpu, r.account`,
    types: ["int8", "bytea"],
  },
  OPERATOR: {
    where: `r.pool = any($1::int8[]) and r.kind = 0`,
    key: `r.epoch, r.kind, r.pool, r.account`,
    types: ["int8", "bytea"],
  },
} as const;

function valueOf(scope: RewardScope): unknown {
  switch (scope.kind) {
    case "WALLET":
      return bytes(scope.account);
    case "GPU":
      return scope.gpuId;
    case "POOL":
      return scope.poolId;
    case "OPERATOR":
      return scope.poolIds;
  }
}

/** What the scope leaves open of a line's key, in the order of `SCOPES`. */
function keyOf({ kind }: RewardScope, line: RewardKey): unknown[] {
  const account = bytes(line.account);
  const [third, last] =
    kind === "WALLET" ? [line.poolId, line.gpuId] : [kind === "POOL" ? line.gpuId : line.poolId, account];
  return [line.epoch, line.kind, third, last];
}

/** The statement that reads a page of lines, to be explained too. */
export function rewardLinesSql(kind: RewardScope["kind"]): string {
  const { where, key, types } = SCOPES[kind];
  const before = `select sum(x.amount) from ledger.line x where x.account = r.account and x.epoch = r.epoch
    and (x.kind, x.pool, x.gpu) < (r.kind, r.pool, r.gpu)`;
  return `select r.epoch, r.kind, r.pool::text as "poolId", r.gpu::text as "gpuId", '0x' || encode(r.account, 'hex') as account,
     r.amount::text, (${claimedOf(before)})::text as claimed
   from (select * from ledger.line r where ${where} and r.epoch >= $2 and r.epoch <= $3 and not r.epoch = any($8::int4[])
     and ($4::int4 is null or (${key}) > ($4, $5::int2, $6::${types[0]}, $7::${types[1]}))
     order by ${key} limit $9) r
   ${CLAIMS} order by ${key}`;
}

/** A page of a scope's lines in the order of epoch, kind, pool, GPU and account. */
export async function readRewardPage(
  snapshot: Snapshot,
  scope: RewardScope,
  range: EpochRange,
  { after, limit }: { after: RewardKey | null; limit: number },
): Promise<StatementRewardRow[]> {
  const rows = await snapshot.rows<Texts<StatementRewardRow>>(
    `statement-lines-${scope.kind}`,
    rewardLinesSql(scope.kind),
    [
      ...[valueOf(scope), range.from, range.to],
      ...(after ? keyOf(scope, after) : [null, null, null, null]),
      ...[range.without, limit],
    ],
  );
  return rows.map((row) => ({ ...row, amount: BigInt(row.amount), claimed: BigInt(row.claimed) }));
}

/** The statement that sums a scope's lines, to be explained too. One GPU's are added up themselves, the others' are kept. */
export function rewardSumsSql(kind: RewardScope["kind"]): string {
  const isGpu = kind === "GPU";
  const before = `select sum(x.amount) from ledger.${isGpu ? "line" : "line_sum"} x where x.account = r.account
    and x.epoch = r.epoch and ${isGpu ? "(x.kind, x.pool, x.gpu) < (r.kind, r.pool, r.gpu)" : "(x.kind, x.pool) < (r.kind, r.pool)"}`;
  return `select r.epoch, r.kind, sum(${isGpu ? "1" : "r.line_count"})::int4 as "lineCount",
     sum(r.amount)::text as amount, sum(${claimedOf(before)})::text as claimed
   from ledger.${isGpu ? "line" : "line_sum"} r ${CLAIMS}
   where ${SCOPES[kind].where} and r.epoch <= $2 and not r.epoch = any($3::int4[])
   group by r.epoch, r.kind order by r.epoch, r.kind`;
}

/** A scope's payments by epoch and kind, from the first epoch to `to`. */
export async function readRewardSums(
  snapshot: Snapshot,
  scope: RewardScope,
  { to, without }: Omit<EpochRange, "from">,
): Promise<RewardSumRow[]> {
  const rows = await snapshot.rows<Texts<RewardSumRow>>(`statement-sums-${scope.kind}`, rewardSumsSql(scope.kind), [
    valueOf(scope),
    to,
    without,
  ]);
  return rows.map((row) => ({ ...row, amount: BigInt(row.amount), claimed: BigInt(row.claimed) }));
}

/** What a GPU earned for one of those who held it in an epoch. BCT wei. */
export interface GpuIncomeRow {
  gpuId: string;
  epoch: number;
  /** 0x hex */
  account: string;
  amount: bigint;
}

/** What GPUs earned from an epoch on, by GPU, epoch and account; in any order. */
export async function readGpuIncome(
  snapshot: Snapshot,
  gpuIds: readonly string[],
  { from, to, without }: EpochRange,
): Promise<GpuIncomeRow[]> {
  const rows = await snapshot.rows<Texts<GpuIncomeRow>>(
    "gpu-income",
    `select r.gpu::text as "gpuId", r.epoch, '0x' || encode(r.account, 'hex') as account, sum(r.amount)::text as amount
     from ledger.line r where r.gpu = any($1::int8[]) and r.gpu > 0 and r.epoch >= $2 and r.epoch <= $3
       and not r.epoch = any($4::int4[]) group by r.gpu, r.epoch, r.account`,
    [gpuIds, from, to, without],
  );
  return rows.map((row) => ({ ...row, amount: BigInt(row.amount) }));
}

function bytes(value: string | null): Buffer | null {
  return value === null ? null : Buffer.from(value.slice(2), "hex");
}
