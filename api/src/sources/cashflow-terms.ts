import type { Snapshot } from "./snapshot.ts";

/** An epoch that is final on the chain. Times in seconds since 1970; BCT wei. */
export interface FinalEpochRow {
  epoch: number;
  endAt: number;
  /** USD per BCT with 8 decimals, the last that the network had accepted when the epoch ended; null: none by then */
  price: bigint | null;
  /** what its burns were worth */
  bctEquivalent: bigint;
  minted: bigint;
  /** that closed it, 0x hex */
  transaction: string;
  /** whether the ledger's lines are those that the chain pays */
  isKnown: boolean;
}

/** What gave a line: its pool's and its GPU's part of the epoch. */
export interface LineSourceRow {
  epoch: number;
  poolId: string;
  gpuId: string;
  operatorId: string;
  operatorBps: number;
  poolBps: number;
  gpuBps: number;
  /** DC base units, of the GPU in the pool; of the pool for an operator's line */
  burnedDc: bigint;
  /** null: there was no telemetry, it isn't kept (yet), or it is an operator's line */
  upMinutes: number | null;
}

/** Transactions in which use of a GPU in a pool was burned in an epoch, 0x hex. */
export interface BurnRow {
  epoch: number;
  poolId: string;
  gpuId: string;
  transactions: string[];
}

/** The epochs that are final, by number. */
export async function readFinalEpochs(snapshot: Snapshot): Promise<FinalEpochRow[]> {
  type Row = Omit<FinalEpochRow, "price" | "bctEquivalent" | "minted"> & {
    price: string | null;
    bctEquivalent: string;
    minted: string;
  };
  const rows = await snapshot.rows<Row>(
    "final-epochs",
    `select e.number as epoch, (n.genesis_time + (e.number + 1) * n.epoch_length)::float8 as "endAt", t.price::text,
       e.bct_equivalent::text as "bctEquivalent", e.minted_bct::text as minted, '0x' || encode(e.transaction_hash, 'hex') as transaction,
       coalesce(l.lines_root = c.lines_root, false) as "isKnown"
     from chain.epoch e cross join ledger.network n
     left join chain.epoch_commit c on c.id = e.commit
     left join ledger.epoch l on l.epoch = e.number
     left join lateral (select p.price from chain.price_tick p
       where p.timestamp < to_timestamp(n.genesis_time + (e.number + 1) * n.epoch_length)
       order by p.timestamp desc, p.id desc limit 1) t on true
     where e.status::text = 'FINALIZED' order by e.number`,
  );
  return rows.map((row) => ({
    ...row,
    price: row.price === null ? null : BigInt(row.price),
    bctEquivalent: BigInt(row.bctEquivalent),
    minted: BigInt(row.minted),
  }));
}

/** What lines stand on, by epoch, pool and GPU (0: the operator's), in any order. */
export async function readLineSources(
  snapshot: Snapshot,
  keys: readonly { epoch: number; poolId: string; gpuId: string }[],
): Promise<LineSourceRow[]> {
  const rows = await snapshot.rows<Omit<LineSourceRow, "burnedDc"> & { burnedDc: string }>(
    "line-sources",
    `select k.epoch, k.pool::text as "poolId", k.gpu::text as "gpuId", p.operator::text as "operatorId",
       p.operator_bps as "operatorBps", p.pool_bps as "poolBps", p.gpu_bps as "gpuBps",
       (case when k.gpu = 0 then p.burned_dc else coalesce(g.burned_dc, 0) end)::text as "burnedDc", u.up_minutes as "upMinutes"
     from unnest($1::int4[], $2::int8[], $3::int8[]) k(epoch, pool, gpu)
     join ledger.pool_amount p on p.epoch = k.epoch and p.pool = k.pool
     left join ledger.gpu_amount g on g.epoch = k.epoch and g.pool = k.pool and g.gpu = k.gpu
     left join ledger.gpu_use u on u.gpu = k.gpu and u.epoch = k.epoch`,
    [keys.map(({ epoch }) => epoch), keys.map(({ poolId }) => poolId), keys.map(({ gpuId }) => gpuId)],
  );
  return rows.map((row) => ({ ...row, burnedDc: BigInt(row.burnedDc) }));
}

/** Burns of these GPUs in these epochs, in any order; by epochs and GPUs, as one of the two leaves few rows to look through. */
export async function readBurns(
  snapshot: Snapshot,
  epochs: readonly number[],
  gpuIds: readonly string[],
): Promise<BurnRow[]> {
  return snapshot.rows<BurnRow>(
    "line-burns",
    `select s.epoch::int4 as epoch, s.pool as "poolId", s.gpu as "gpuId",
       array_agg(distinct '0x' || encode(s.transaction_hash, 'hex')) as transactions
     from chain.usage_settlement s where s.epoch = any($1::numeric[]) and s.gpu = any($2) group by 1, 2, 3`,
    [epochs, gpuIds],
  );
}
