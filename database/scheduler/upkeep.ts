import { MINUTE_MS, SECOND_MS } from "#kernel/time.ts";
import type { TextRow } from "../wire/reply.ts";
import type { Chore, RunSql } from "./chore.ts";

const LOOK_EVERY_MS = MINUTE_MS;
/** PostgreSQL's own rules: a share of the rows, and a floor for small tables. */
const FLOOR_ROWS = 50;
const ANALYZE_SHARE = 0.1;
const VACUUM_SHARE = 0.2;
/** Transactions after which rows must be frozen, far from the 2 billion at which PostgreSQL stops. */
const FREEZE_AGE = 100_000_000;

/**
 * The counters of the build are never flushed to pg_stat_all_tables; those "of the transaction" run on since the open.
 * A table that was never analyzed has reltuples -1.
 */
const COUNTERS = `
  select c.oid, format('%I.%I', n.nspname, c.relname) as name, c.reltuples, pg_relation_size(c.oid) as bytes,
    age(c.relfrozenxid) as age, s.n_tup_ins + s.n_tup_upd + s.n_tup_del as changed, s.n_tup_upd + s.n_tup_del as dead
  from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_stat_xact_all_tables s on s.relid = c.oid
  where c.relkind in ('r', 'm') and c.relpersistence <> 't'
    and (s.n_tup_ins + s.n_tup_upd + s.n_tup_del > 0 or c.reltuples < 0 or age(c.relfrozenxid) > ${FREEZE_AGE})`;

/** A table as `COUNTERS` gives it. */
interface Table {
  oid: string;
  name: string;
  rows: number;
  bytes: number;
  age: number;
  changed: number;
  dead: number;
}

/** ANALYZE of changed tables, and VACUUM of those with dead rows: what autovacuum does on a server. */
export class Upkeep implements Chore {
  readonly name = "upkeep";
  readonly patienceMs = 5 * SECOND_MS;
  /** statements still to run of the last look, one per part */
  #statements: string[] = [];
  readonly #analyzedAt = new Map<string, number>();
  readonly #vacuumedAt = new Map<string, number>();

  run(sql: RunSql, nowMs: number): number {
    const statement = this.#statements.shift();
    if (statement !== undefined) sql(statement);
    else this.#statements = sql(COUNTERS).flatMap((row) => this.#work(readTable(row)));
    return this.#statements.length > 0 ? nowMs : nowMs + LOOK_EVERY_MS;
  }

  #work({ oid, name, rows, bytes, age, changed, dead }: Table): string[] {
    const changes = changed - (this.#analyzedAt.get(oid) ?? 0);
    const corpses = dead - (this.#vacuumedAt.get(oid) ?? 0);
    const mustFreeze = age > FREEZE_AGE;
    const mustVacuum = mustFreeze || corpses > FLOOR_ROWS + VACUUM_SHARE * Math.max(0, rows);
    const mustAnalyze = (rows < 0 && bytes > 0) || changes > FLOOR_ROWS + ANALYZE_SHARE * Math.max(0, rows);
    if (mustVacuum) this.#vacuumedAt.set(oid, dead);
    if (mustAnalyze) this.#analyzedAt.set(oid, changed);
    // A table may be dropped before its part comes: that is an error of the statement, and harmless.
    return [
      ...(mustVacuum ? [`vacuum ${mustFreeze ? "(freeze) " : ""}${name}`] : []),
      ...(mustAnalyze ? [`analyze ${name}`] : []),
    ];
  }
}

const readTable = (row: TextRow): Table => ({
  oid: row["oid"] ?? "",
  name: row["name"] ?? "",
  rows: Number(row["reltuples"]),
  bytes: Number(row["bytes"]),
  age: Number(row["age"]),
  changed: Number(row["changed"]),
  dead: Number(row["dead"]),
});
