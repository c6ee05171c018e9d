import { BaseError } from "#kernel/errors.ts";
import type { QueryResultRow } from "#kernel/pg.ts";
import { readTip } from "./live/blocks.ts";
import { Snapshot } from "./snapshot.ts";

/** A block of the past. */
export interface PastBlock {
  number: number;
  /** seconds since 1970: of the last event up to the block */
  timestamp: bigint;
  /** whether that event was in the block itself */
  isTimeExact: boolean;
}

/** Which block. */
export type When = { block: bigint } | { time: bigint };

/** Relations with a block and its time: each event of a market leaves its mark in one of them. */
const TIMED: readonly [table: string, block: string, time: string][] = [
  ...["usage_settlement", "escrow_move", "credits_mint", "gpu_transfer", "price_point", "rate_change"],
  ...["slot_transfer", "slot_check_in", "sale", "reward_claim", "epoch_attestation", "setting_change"],
].map((table): [string, string, string] => [table, "block", "timestamp"]);
const PERIODS: readonly [table: string, block: string, time: string][] = [
  "gpu_status_period",
  "gpu_ownership",
  "operator_ownership",
].map((table) => [table, "from_block", "from_at"]);

/**
 * The block itself, or the last one whose time is known and that isn't after the time given.
 *
 * @throws BaseError `HISTORY_PRUNED` before the first block whose state is kept; `NOT_INDEXED_YET` after the last
 */
export async function readPastBlock(snapshot: Snapshot, when: When): Promise<PastBlock> {
  const tip = await readTip(snapshot);
  const [deployment] = await snapshot.rows<{ earliest: number }>(
    "past-earliest",
    "select earliest_block_number::int4 as earliest from subgraphs.deployment where subgraph = $1",
    [tip.deployment],
  );
  const earliest = deployment?.earliest ?? 0;
  if ("block" in when && when.block > BigInt(tip.number)) {
    throw new BaseError("NOT_INDEXED_YET", `block ${when.block} is after the last that is indexed, ${tip.number}`, {
      isRetryable: true,
      hints: [`ask for a block up to ${tip.number}`],
    });
  }
  const known = await readTime(snapshot, when);
  const number = "block" in when ? Number(when.block) : known?.block;
  if (number === undefined || number < earliest) {
    const asked = "block" in when ? `block ${when.block}` : `what was before the first event`;
    throw new BaseError(
      "HISTORY_PRUNED",
      `the state at ${asked} isn't kept: the earliest is that at block ${earliest}`,
      {
        hints: [`ask for atBlock: "${earliest}" or later`],
      },
    );
  }
  const isTip = number === tip.number;
  return {
    number,
    timestamp: isTip ? tip.timestamp : (known?.at ?? 0n),
    isTimeExact: isTip || known?.block === number,
  };
}

async function readTime(snapshot: Snapshot, when: When): Promise<{ block: number; at: bigint } | undefined> {
  const by = "block" in when ? "block" : "time";
  const parts = [...TIMED, ...PERIODS].map(([table, block, time]) => {
    const column = by === "block" ? block : time;
    return `(select ${block}::int4 as block, ${time}::int8 as at from chain.${table}
      where ${column} <= $1${column === "block" ? "::int4" : "::numeric"} order by ${column} desc limit 1)`;
  });
  const [row] = await snapshot.rows<{ block: number; at: bigint }>(
    `past-time-by-${by}`,
    `select block, at from (${parts.join(" union all ")}) known order by block desc limit 1`.replaceAll(
      "$1",
      by === "block" ? "least($1::numeric, 2147483647)" : "$1",
    ),
    ["block" in when ? when.block : when.time],
  );
  return row;
}

/** What can follow a relation and is no alias of it. */
const KEYWORDS = new Set(
  "where on join left right inner full cross natural using order group having limit offset union except intersect for window".split(
    " ",
  ),
);
const RELATION = /\bchain\.(\w+)\b(?:(\s+)(?:as\s+)?([a-z_]\w*))?/gi;
const ANY_SCHEMA = /\b(?:from|join)\s+([a-z_]\w*)\.(\w+)/gi;
/** Names of ERC-20s don't change. */
const TIMELESS = new Set(["ledger.token"]);

/** The database as of the end of an earlier block: relations of the chain only, whose rows know their blocks. */
export class PastSnapshot extends Snapshot {
  readonly #present: Snapshot;
  readonly #block: PastBlock;
  #views: Promise<ReadonlyMap<string, string>> | undefined;

  constructor(present: Snapshot, block: PastBlock) {
    super(present.pool);
    this.#present = present;
    this.#block = block;
  }

  /** @throws BaseError `NOT_IN_HISTORY` for a statement on what isn't kept by block */
  override async rows<Row extends QueryResultRow>(name: string, text: string, values: unknown[] = []): Promise<Row[]> {
    for (const [, schema = "", table = ""] of text.matchAll(ANY_SCHEMA)) {
      if (schema !== "chain" && !TIMELESS.has(`${schema}.${table}`)) throw notInHistory();
    }
    const views = await (this.#views ??= this.#readViews());
    const all = [...values];
    const parameters = new Map<string, string>();
    const parameter = (what: string, value: unknown, type: string): string => {
      const place = parameters.get(what) ?? `$${all.push(value)}::${type}`;
      parameters.set(what, place);
      return place;
    };
    const block = () => parameter("block", this.#block.number, "int4");
    const time = () => parameter("time", this.#block.timestamp, "int8");
    const past = text.replaceAll(RELATION, (_, table: string, space = "", next?: string) => {
      const isAlias = next !== undefined && !KEYWORDS.has(next.toLowerCase());
      const query = table === "head" ? headSql(block(), time()) : pastSql(views.get(table) ?? "", table, block());
      return `(${query}) as ${isAlias ? next : table}${isAlias || next === undefined ? "" : `${String(space)}${next}`}`;
    });
    if (parameters.size === 0) throw notInHistory();
    return this.#present.rows<Row>(`past ${name}`, past, all);
  }

  override async close(): Promise<void> {
    // the connection is the present snapshot's
  }

  async #readViews(): Promise<ReadonlyMap<string, string>> {
    const rows = await this.#present.rows<{ name: string; sql: string }>(
      "past-views",
      `select c.relname::text as name, pg_get_viewdef(c.oid) as sql from pg_class c
       where c.relnamespace = 'chain'::regnamespace and c.relkind = 'v'`,
    );
    return new Map(rows.map(({ name, sql }) => [name, sql.replace(/;\s*$/, "")]));
  }
}

/** The view of a table as of a block: what it says of the head, said of the block. */
function pastSql(view: string, table: string, block: string): string {
  if (/block_range @> 2147483647/.test(view))
    return view.replace(/block_range @> 2147483647/, `block_range @> ${block}`);
  if (/"?block\$"? AS block\b/.test(view)) return `${view} WHERE "block$" <= ${block}`;
  throw new Error(`BUG: chain.${table} is no view of the engine's`);
}

const headSql = (block: string, time: string): string =>
  `select ${block} as block_number, '0x'::text as block_hash, ${time} as block_timestamp, ''::text as deployment,
    true as is_synced, false as has_errors`;

function notInHistory(): BaseError {
  return new BaseError("NOT_IN_HISTORY", "this isn't kept by block: telemetry, prices advised, scores and the ledger", {
    hints: ["ask for it outside of `history`; most of it takes a time or a span there"],
  });
}
