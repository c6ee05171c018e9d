import type { Snapshot } from "../snapshot.ts";
import { finalizedSql, hasLedger, hex, logIndexOf, spanValues, type BlockSpan } from "./blocks.ts";

/** A step of an epoch. BCT base units, seconds since 1970. */
export interface EpochEventRow {
  /** the same whoever asks, and whenever */
  id: string;
  block: number;
  kind: "BEGAN" | "CLOSED" | "ATTESTED" | "COMMITTED" | "VETOED" | "FINALIZED";
  epoch: number;
  budgetBct: bigint | null;
  /** what oracles vouch for */
  totalBct: bigint | null;
  mintedBct: bigint | null;
  oracle: string | null;
  /** oracles that vouch for the same by then */
  votes: number | null;
  quorum: number | null;
  /** up to when the guardian can veto */
  windowEndsAt: bigint | null;
  /** the guardian's */
  reason: string | null;
}

type Money = "budgetBct" | "totalBct" | "mintedBct";
type Texts = Omit<EpochEventRow, "id" | Money> & Record<Money, string | null> & { action: string | null };

/** What comes first where one block has several for an epoch. */
const PHASES = { BEGAN: 0, CLOSED: 1, ATTESTED: 2, COMMITTED: 2, VETOED: 2, FINALIZED: 3 };

/** Steps of epochs, of a block by epoch, in the order in which they happened. */
export async function readEpochEvents(snapshot: Snapshot, span: BlockSpan): Promise<EpochEventRow[]> {
  const rows = await snapshot.rows<Texts>(
    `live-epochs-${span.entities}`,
    sqlOf(span.entities),
    spanValues(span).slice(0, 2),
  );
  // where no settlement job has ever run, nobody here knows when epochs begin
  const isKnown = await hasLedger(snapshot);
  const begun = isKnown ? await snapshot.rows<Texts>("live-epochs-begun", BEGUN, spanValues(span).slice(2)) : [];
  const big = (text: string | null): bigint | null => (text === null ? null : BigInt(text));
  const events = [...begun, ...rows].map(({ action, ...row }) => ({
    ...row,
    id: action ?? `epoch-${row.epoch}-${row.kind.toLowerCase()}`,
    place: action === null ? 0 : logIndexOf(action),
    budgetBct: big(row.budgetBct),
    totalBct: big(row.totalBct),
    mintedBct: big(row.mintedBct),
  }));
  events.sort((a, b) => a.block - b.block || a.epoch - b.epoch || PHASES[a.kind] - PHASES[b.kind] || a.place - b.place);
  return events.map(({ place: _, ...event }) => event);
}

const NOTHING = `null::numeric as "budgetBct", null::numeric as "totalBct", null::numeric as "mintedBct", null as oracle,
  null::int4 as votes, null::int4 as quorum, null::int8 as "windowEndsAt", null as reason`;

/** The first block of each epoch: $1 numbers, $2 times, $3 the time before. */
const BEGUN = `select number as block, 'BEGAN' as kind, epoch::int4 as epoch, null as action, ${NOTHING}
from (
  select b.number, (b.at - n.genesis_time) / n.epoch_length as epoch,
    case when b.before < n.genesis_time then -1 else (b.before - n.genesis_time) / n.epoch_length end as last
  from (select number, at, lag(at, 1, $3::int8) over (order by number) as before from unnest($1::int4[], $2::int8[]) t(number, at)) b
  cross join ledger.network n where b.at >= n.genesis_time
) begun where epoch > last`;

const sqlOf = (
  schema: string,
): string => `with step(block, kind, action, epoch, total, oracle, votes, quorum, ends_at, reason) as (
  select lower(e.block_range), 'CLOSED', null::bytea, e.id, null::numeric, null::bytea, null::int4, null::int4, null::int8, null
  from ${schema}.epoch e
  where lower(e.block_range) > $1::int4 and lower(e.block_range) <= $2::int4 and e.block_number = lower(e.block_range)
  union all
  select a.block$, 'ATTESTED', a.id, a.epoch, a.total_bct, a.oracle, a.votes::int4,
    (select s.quorum::int4 from ${schema}.network n join ${schema}.oracle_set s on s.id = n.oracles where n.block_range @> a.block$),
    null, null
  from ${schema}.epoch_attestation a where a.block$ > $1 and a.block$ <= $2
  union all
  select c.block$, 'COMMITTED', c.id, c.epoch, c.total_bct, null, null, null, c.window_ends_at::int8, null
  from ${schema}.epoch_commit c where c.block$ > $1 and c.block$ <= $2
  union all
  select v.block$, 'VETOED', v.id, v.epoch, null, null, null, null, null, v.reason
  from ${schema}.epoch_veto v where v.block$ > $1 and v.block$ <= $2
  union all
  select block, 'FINALIZED', null, id, null, null, null, null, null, null from (${finalizedSql(schema)}) f
)
select s.block, s.kind, ${hex("s.action", "action")}, e.number as epoch, e.budget_bct as "budgetBct", s.total as "totalBct",
  e.minted_bct as "mintedBct", ${hex("s.oracle", "oracle")}, s.votes, s.quorum, s.ends_at as "windowEndsAt", s.reason
from step s join ${schema}.epoch e on e.id = s.epoch and e.block_range @> s.block`;
