import type { Snapshot } from "./snapshot.ts";

/** When epochs are, and how far the chain is. */
export interface EpochClockRow {
  /** start of epoch 0, seconds since 1970 */
  genesis: number;
  /** seconds */
  length: number;
  /** time of the last block indexed, seconds since 1970 */
  headAt: number;
}

/** An epoch: what the chain says of it, and what the ledger adds. Null: it hasn't come so far. BCT wei, DC base units. */
export interface EpochRow {
  epoch: number;
  /** of the chain; null: it isn't closed */
  status: "CLOSED" | "COMMITTED" | "FINALIZED" | null;
  budgetBct: bigint | null;
  burnedDc: bigint | null;
  mintedBct: bigint | null;
  closedAt: number | null;
  finalizedAt: number | null;
  vetoedCount: number;
  /** what the guardian said last */
  vetoReason: string | null;
  /** oracles that vouch for the same, most of them, in the present round */
  votes: number;
  quorum: number | null;
  /** of the commit that stands */
  windowEndsAt: number | null;
  totalBct: bigint | null;
  linesRoot: string | null;
  claimsRoot: string | null;
  inputsHash: string | null;
  methodologyVersion: number | null;
  /** of the ledger, which has its facts or not */
  isSettled: boolean;
  /** every wallet that the settlement job pays was paid */
  isPaid: boolean;
  waitsFor: string | null;
  trouble: string | null;
  unallocatedBct: bigint | null;
  lineCount: number | null;
  claimCount: number | null;
}

/** Who was paid of an epoch's earners. */
export interface PaidRow {
  epoch: number;
  /** wallets that earned in it */
  earners: number;
  /** of these, those that were paid all they had earned by its end */
  paid: number;
}

/** The epochs' clock; nothing before the settlement job has come to know the network, or before the first block. */
export async function readEpochClock(snapshot: Snapshot): Promise<EpochClockRow | undefined> {
  const [row] = await snapshot.rows<EpochClockRow>(
    "epoch-clock",
    `select n.genesis_time::float8 as genesis, n.epoch_length::float8 as length, h.block_timestamp::float8 as "headAt"
     from ledger.network n cross join chain.head h where h.block_hash is not null`,
  );
  return row;
}

/** The number of the newest epoch that the chain has closed or the ledger knows; nothing before the first. */
export async function readNewestEpoch(snapshot: Snapshot): Promise<number | undefined> {
  const [row] = await snapshot.rows<{ epoch: number | null }>(
    "newest-epoch",
    `select greatest((select max(number) from chain.epoch), (select max(epoch) from ledger.epoch)) as epoch`,
  );
  return row?.epoch ?? undefined;
}

type Texts = { [K in keyof EpochRow]: bigint extends EpochRow[K] ? string | null : EpochRow[K] };
const hex = (column: string, as: string): string => `'0x' || encode(${column}, 'hex') as "${as}"`;

/** Epochs by number, in any order; of one that nobody knows all is null. */
export async function readEpochs(snapshot: Snapshot, epochs: readonly number[]): Promise<EpochRow[]> {
  const rows = await snapshot.rows<Texts>(
    "epochs",
    `select n.number as epoch, e.status::text, e.budget_bct as "budgetBct", e.burned_dc as "burnedDc",
       e.minted_bct as "mintedBct", e.closed_at::float8 as "closedAt", e.finalized_at::float8 as "finalizedAt",
       coalesce(e.vetoed_count, 0) as "vetoedCount",
       (select v.reason from chain.epoch_veto v where v.epoch = e.id order by v.round desc limit 1) as "vetoReason",
       coalesce((select max(a.votes) from chain.epoch_attestation a where a.epoch = e.id and a.round = w.round), 0)::int4 as votes,
       (select s.quorum::int4 from chain.oracle_set s where s.id = w.oracles) as quorum,
       c.window_ends_at::float8 as "windowEndsAt", coalesce(c.total_bct, l.total) as "totalBct",
       ${hex("coalesce(c.lines_root, l.lines_root)", "linesRoot")}, ${hex("coalesce(c.claims_root, l.claims_root)", "claimsRoot")},
       ${hex("coalesce(c.inputs_hash, l.inputs_hash)", "inputsHash")},
       coalesce(c.methodology_version::int4, l.methodology_version) as "methodologyVersion",
       l.settled_at is not null as "isSettled", l.paid_at is not null as "isPaid", l.waits_for as "waitsFor", l.trouble, l.unallocated as "unallocatedBct",
       l.line_count as "lineCount", l.claim_count as "claimCount"
     from unnest($1::int4[]) n(number)
     left join chain.epoch e on e.number = n.number
     left join chain.epoch_commit c on c.id = e.commit
     left join ledger.epoch l on l.epoch = n.number
     left join chain.network w on true`,
    [epochs],
  );
  const big = (text: string | null): bigint | null => (text === null ? null : BigInt(text));
  return rows.map((row) => ({
    ...row,
    budgetBct: big(row.budgetBct),
    burnedDc: big(row.burnedDc),
    mintedBct: big(row.mintedBct),
    totalBct: big(row.totalBct),
    unallocatedBct: big(row.unallocatedBct),
  }));
}

/** How many wallets of these epochs' earners have been paid, by what the chain has paid them in all. */
export async function readPaid(snapshot: Snapshot, epochs: readonly number[]): Promise<PaidRow[]> {
  return snapshot.rows<PaidRow>(
    "epochs-paid",
    `select c.epoch, count(*)::int4 as earners, count(*) filter (where a.claimed_bct >= c.cumulative)::int4 as paid
     from ledger.claim c left join chain.account a on a.id = c.account
     where c.epoch = any($1::int4[]) and c.earned > 0 group by c.epoch`,
    [epochs],
  );
}
