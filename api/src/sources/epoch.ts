import type { Snapshot } from "./snapshot.ts";

/** An epoch as asked about: its number and `[start, end)`, seconds since 1970. */
export interface EpochSpan {
  epoch: number;
  start: number;
  end: number;
}

/** What the chain says of a closed epoch. */
export interface ClosedEpochRow {
  /** BCT wei */
  budget: bigint;
  /** DC base units burned for use, by the contract's own tally */
  burnedDc: bigint;
}

/** A pool in an epoch. */
export interface EpochPoolRow {
  poolId: string;
  operatorId: string;
  /** as of the epoch's end */
  payee: string;
  /** in force in the epoch */
  operatorBps: number;
  poolBps: number;
  gpuBps: number;
}

/** A span of an epoch in which a GPU was an active member of a pool. */
export interface EpochStayRow {
  poolId: string;
  gpuId: string;
  /** hex, without 0x */
  uuidHash: string;
  /** `[fromSecond, toSecond)`, counted from the epoch's start */
  fromSecond: number;
  toSecond: number;
}

/** What was burned for use of a GPU in a pool in an epoch; never 0. */
export interface EpochUseRow {
  poolId: string;
  gpuId: string;
  /** DC base units */
  burnedDc: bigint;
}

/** How long a wallet held a GPU in an epoch. */
export interface EpochOwnerRow {
  gpuId: string;
  account: string;
  seconds: number;
}

/** The epoch's budget and burns; nothing before it was closed. */
export async function readClosedEpoch(snapshot: Snapshot, epoch: number): Promise<ClosedEpochRow | undefined> {
  const [row] = await snapshot.rows<{ budget: string; burnedDc: string }>(
    "closed-epoch",
    `select budget_bct as budget, burned_dc as "burnedDc" from chain.epoch where number = $1`,
    [epoch],
  );
  return row && { budget: BigInt(row.budget), burnedDc: BigInt(row.burnedDc) };
}

/**
 * The pools with these ids, with the share rule of the epoch and the payee at its end: who was paid in its last moment.
 */
export async function readEpochPools(
  snapshot: Snapshot,
  { epoch, end }: EpochSpan,
  poolIds: readonly string[],
): Promise<EpochPoolRow[]> {
  return snapshot.rows<EpochPoolRow>(
    "epoch-pools",
    `select p.id as "poolId", p.operator as "operatorId", '0x' || encode(y.payee, 'hex') as payee,
            r.operator_bps as "operatorBps", r.pool_bps as "poolBps", r.gpu_bps as "gpuBps"
     from chain.pool p
     join (select distinct on (pool) pool, operator_bps, pool_bps, gpu_bps from chain.share_rule
           where effective_epoch <= $1 order by pool, effective_epoch desc) r on r.pool = p.id
     join chain.operator_payee y on y.operator = p.operator and y.from_at < $2 and (y.to_at is null or y.to_at >= $2)
     where p.id = any($3)
     order by p.id::numeric`,
    [epoch, end, poolIds],
  );
}

/** The spans in which GPUs were active members of pools in the epoch, in any order; those of no length left out. */
export async function readEpochStays(snapshot: Snapshot, { start, end }: EpochSpan): Promise<EpochStayRow[]> {
  return snapshot.rows<EpochStayRow>(
    "epoch-stays",
    `select m.pool as "poolId", m.gpu as "gpuId", encode(g.uuid_hash, 'hex') as "uuidHash",
            (greatest(m.from_at, s.from_at, $1) - $1)::int4 as "fromSecond",
            (least(m.to_at, s.to_at, $2) - $1)::int4 as "toSecond"
     from chain.gpu_membership m
     join chain.gpu_status_period s on s.gpu = m.gpu and s.status = 'ACTIVE'
       and s.from_at < $2 and (s.to_at is null or s.to_at > $1)
     join chain.gpu g on g.id = m.gpu
     where m.from_at < $2 and (m.to_at is null or m.to_at > $1)
       and greatest(m.from_at, s.from_at, $1) < least(m.to_at, s.to_at, $2)`,
    [start, end],
  );
}

/** What was burned in the epoch for use of each GPU in each pool, in any order. */
export async function readEpochUse(snapshot: Snapshot, { epoch }: EpochSpan): Promise<EpochUseRow[]> {
  const rows = await snapshot.rows<Omit<EpochUseRow, "burnedDc"> & { burnedDc: string }>(
    "epoch-use",
    `select pool as "poolId", gpu as "gpuId", sum(amount_dc) as "burnedDc" from chain.usage_settlement
     where epoch = $1 group by 1, 2 having sum(amount_dc) > 0`,
    [epoch],
  );
  return rows.map((row) => ({ ...row, burnedDc: BigInt(row.burnedDc) }));
}

/** Who held GPUs in the epoch, and for how long; periods of no length left out. By account within a GPU. */
export async function readEpochOwners(snapshot: Snapshot, { start, end }: EpochSpan): Promise<EpochOwnerRow[]> {
  return snapshot.rows<EpochOwnerRow>(
    "epoch-owners",
    `select gpu as "gpuId", '0x' || encode(owner, 'hex') as account,
            sum(least(to_at, $2) - greatest(from_at, $1))::int4 as seconds
     from chain.gpu_ownership
     where from_at < $2 and (to_at is null or to_at > $1) and greatest(from_at, $1) < least(to_at, $2)
     group by gpu, owner
     order by owner`,
    [start, end],
  );
}
