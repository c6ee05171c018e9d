import type { Engine } from "../engine.ts";

/** Everything in the session that outlives a transaction and has a name, with the statement that removes it. */
const INVENTORY = `
  select format('drop %s if exists pg_temp.%I cascade', case relkind when 'v' then 'view' when 'S' then 'sequence'
    else 'table' end, relname) as undo from pg_class where relnamespace = pg_my_temp_schema() and relkind in ('r', 'v', 'S')
  union all select format('deallocate %I', name) from pg_prepared_statements where from_sql
  union all select format('close %I', name) from pg_cursors where is_holdable`;

/**
 * Temporary tables, SQL-level prepared statements and held cursors by the client that made them. All clients see them
 * (there is one session), but they go with the one they belong to.
 */
export class Leftovers {
  readonly #owners = new Map<string, object>();

  constructor(private readonly engine: Engine) {}

  /** What is new since the last look belongs to `owner`. Call outside a transaction. */
  note(owner: object): void {
    const found = this.#look();
    for (const undo of found) if (!this.#owners.has(undo)) this.#owners.set(undo, owner);
  }

  isOwner(owner: object): boolean {
    return [...this.#owners.values()].includes(owner);
  }

  /** Removes what belongs to `owner` and is still there. Call outside a transaction, as the session's owner. */
  remove(owner: object, isWanted: (undo: string) => boolean = () => true): void {
    this.#look();
    for (const [undo, whose] of this.#owners) {
      if (whose !== owner || !isWanted(undo)) continue;
      this.#owners.delete(undo);
      this.engine.query(undo);
    }
  }

  /** Everything there is. What has gone by other ways belongs to nobody any more. */
  #look(): Set<string> {
    const found = new Set(this.engine.query(INVENTORY).map((row) => row["undo"] ?? ""));
    for (const undo of this.#owners.keys()) if (!found.has(undo)) this.#owners.delete(undo);
    return found;
  }
}

/** Whether it removes a prepared statement. */
export const isDeallocate = (undo: string): boolean => undo.startsWith("deallocate ");
