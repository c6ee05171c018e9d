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

/** A GPU in a pool in an epoch: an active member of it for a while, or used in it. */
export interface EpochGpuRow {
  poolId: string;
  gpuId: string;
  burnedDc: bigint;
  /** as an active member */
  memberSeconds: bigint;
  /** minutes that begin in these seconds and in which it wasn't DOWN */
  eligibleMinutes: bigint;
}

/** How long a wallet held a GPU in an epoch. */
export interface EpochOwnerRow {
  gpuId: string;
  account: string;
  seconds: bigint;
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

/**
 * Every GPU with each pool that it was an active member of in the epoch, or used in. Of minutes nobody knows anything of,
 * none counts as DOWN: neither those of a GPU that no exporter has ever shown.
 */
export async function readEpochGpus(snapshot: Snapshot, { epoch, start, end }: EpochSpan): Promise<EpochGpuRow[]> {
  const rows = await snapshot.rows<Omit<EpochGpuRow, "burnedDc"> & { burnedDc: string }>(
    "epoch-gpus",
    `with stay as materialized (
       select m.pool, m.gpu, greatest(m.from_at, s.from_at, $2)::int8 as from_at,
              least(m.to_at, s.to_at, $3)::int8 as to_at
       from chain.gpu_membership m
       join chain.gpu_status_period s on s.gpu = m.gpu and s.status = 'ACTIVE'
         and s.from_at < $3 and (s.to_at is null or s.to_at > $2)
       where m.from_at < $3 and (m.to_at is null or m.to_at > $2)
         and greatest(m.from_at, s.from_at, $2) < least(m.to_at, s.to_at, $3)
     ),
     down as materialized (
       select g.uuid_hash, extract(epoch from m.minute)::int8 as at
       from telemetry.gpu_minutes(to_timestamp($2::float8), to_timestamp($3::float8)) m
       join telemetry.gpu g on g.gpu_key = m.gpu_key
       where m.state = 'DOWN'
     ),
     lost as (
       select t.pool, t.gpu, count(*) as minutes
       from stay t join chain.gpu g on g.id = t.gpu join down d on d.uuid_hash = g.uuid_hash
       where d.at >= t.from_at and d.at < t.to_at group by 1, 2
     ),
     member as (
       -- minutes begin at whole multiples of 60 s: as many as there are in [from_at, to_at)
       select pool, gpu, sum(to_at - from_at) as seconds, sum((to_at + 59) / 60 - (from_at + 59) / 60) as minutes
       from stay group by 1, 2
     ),
     used as (
       select pool, gpu, sum(amount_dc) as burned_dc from chain.usage_settlement where epoch = $1 group by 1, 2
     )
     select pool as "poolId", gpu as "gpuId", coalesce(u.burned_dc, 0) as "burnedDc",
            coalesce(m.seconds, 0)::int8 as "memberSeconds",
            (coalesce(m.minutes, 0) - coalesce(l.minutes, 0))::int8 as "eligibleMinutes"
     from member m full join (select * from used where burned_dc > 0) u using (pool, gpu) left join lost l using (pool, gpu)
     order by pool::numeric, gpu::numeric`,
    [epoch, start, end],
  );
  return rows.map((row) => ({ ...row, burnedDc: BigInt(row.burnedDc) }));
}

/** Who held GPUs in the epoch, and for how long; periods of no length left out. By GPU and account. */
export async function readEpochOwners(snapshot: Snapshot, { start, end }: EpochSpan): Promise<EpochOwnerRow[]> {
  return snapshot.rows<EpochOwnerRow>(
    "epoch-owners",
    `select gpu as "gpuId", '0x' || encode(owner, 'hex') as account,
            sum(least(to_at, $2) - greatest(from_at, $1))::int8 as seconds
     from chain.gpu_ownership
     where from_at < $2 and (to_at is null or to_at > $1) and greatest(from_at, $1) < least(to_at, $2)
     group by gpu, owner
     order by gpu::numeric, owner`,
    [start, end],
  );
}
