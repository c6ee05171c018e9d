import { BaseError } from "#kernel/errors.ts";
import type { Pool, PoolClient, QueryResultRow } from "#kernel/pg.ts";

/** A statement was prepared on views that have been replaced since (another deployment): its connection is given up. */
const STALE_PLAN = "0A000";
/** A schema or a relation isn't there: nothing has ever been indexed or collected into this database. */
const NOT_LOADED = new Set(["3F000", "42P01"]);
/** The server gave a statement up after our limit. */
const CANCELED = "57014";
/** Of a transaction that has failed before this statement, and of a statement whose preparation was skipped by that. */
const LOST_WITH_ANOTHER = new Set(["25P02", "26000"]);
/** How long a statement may take on a server. The embedded database has no timers and lets it run. */
const STATEMENT_TIMEOUT_MS = 10_000;
/** How long an operation may go on asking for more: its statements keep a connection from others. */
export const OPERATION_MS = 30_000;
/**
 * Plans are made for the values at hand: one for any value reads all GPUs and all days. None is compiled, which takes
 * longer than to run it.
 */
const PLANNING = "set local plan_cache_mode = force_custom_plan; set local jit = off";
/** Classes of SQLSTATE, and codes of Node, that say that the server is away or too busy. */
const AWAY = /^(08|53|55|57|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_)/;

/** A statement as `pg` takes it, prepared under its name. */
interface Statement {
  name: string;
  text: string;
  values: unknown[];
}

/**
 * One consistent view of the database for one operation: every query sees the same block and the same samples, so that
 * an answer and its `asOf` belong together. Opened by the first query; the caller closes it when the answer is made.
 */
export class Snapshot {
  /** that its connection is of */
  readonly pool: Pool;
  readonly #timeoutMs: number;
  /** no statement begins after this, on `performance.now`'s clock */
  readonly #until: number;
  #client: Promise<PoolClient> | undefined;
  /** rejects where the transaction could not begin */
  #begun: Promise<unknown> = Promise.resolve();
  /** resolves when the statement asked for last is done */
  #last: Promise<unknown> = Promise.resolve();
  /** how often the transaction was rolled back to its beginning, and when it is for the last time */
  #failureCount = 0;
  #recovered: Promise<unknown> = Promise.resolve();
  #isClosed = false;
  /** why the connection can't be used again */
  #fault: Error | undefined;

  /**
   * @param timeoutMs how long one statement may take on a server
   * @param operationMs how long after this another may begin
   */
  constructor(pool: Pool, timeoutMs = STATEMENT_TIMEOUT_MS, operationMs = Infinity) {
    this.pool = pool;
    this.#timeoutMs = timeoutMs;
    this.#until = performance.now() + operationMs;
  }

  /**
   * Runs one statement, or several at once where they don't wait for each other. Statements are prepared once per
   * connection under `name`.
   *
   * @throws BaseError `UPSTREAM_UNAVAILABLE` when the database is away or has not been loaded yet, `TOO_SLOW` for a
   * statement that took too long
   */
  async rows<Row extends QueryResultRow>(name: string, text: string, values: unknown[] = []): Promise<Row[]> {
    if (this.#isClosed) throw new Error(`BUG: ${name} after its snapshot was closed`);
    if (performance.now() > this.#until) throw tooSlow("the operation as a whole takes too long");
    try {
      const client = await (this.#client ??= this.#open());
      const run = client.pipeline
        ? this.#run<Row>(client, { name, text, values })
        : this.#last.then(() => this.#run<Row>(client, { name, text, values }));
      this.#last = run.catch(() => undefined);
      return await run;
    } catch (error) {
      throw toDatabaseFault(error);
    }
  }

  /** Ends the transaction and gives the connection back. Idempotent. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const client = await this.#client?.catch(() => undefined);
    if (!client) return;
    await this.#last;
    const ended = client.query("commit").then(
      () => undefined,
      (error: unknown) => error as Error,
    );
    // what comes next on a pipelined connection comes after the commit; if that is lost, so is the connection
    client.release(this.#fault ?? (client.pipeline ? undefined : await ended));
  }

  /** One statement, again where it only failed because one that was sent before it had. */
  async #run<Row extends QueryResultRow>(client: PoolClient, statement: Statement): Promise<Row[]> {
    const failureCount = this.#failureCount;
    try {
      const { rows } = await client.query<Row>(statement);
      await this.#begun;
      return rows;
    } catch (error) {
      const isLostWithAnother = this.#failureCount > failureCount && LOST_WITH_ANOTHER.has(codeOf(error));
      if (!isLostWithAnother) this.#recover(client, error);
      // answered after all that was sent before it: `pg` knows by then which statements are prepared
      await this.#recovered;
      if (isLostWithAnother) return this.#run(client, statement);
      throw error;
    }
  }

  /** A statement that failed must not take those after it along: back to where the transaction still stood. */
  #recover(client: PoolClient, error: unknown): void {
    this.#failureCount++;
    if (codeOf(error) === STALE_PLAN) this.#fault = error as Error;
    this.#recovered = client
      .query("rollback to savepoint opened")
      .catch((fault: unknown) => (this.#fault = fault as Error));
  }

  async #open(): Promise<PoolClient> {
    const client = await this.pool.connect();
    this.#begun = client.query(
      `begin transaction isolation level repeatable read, read only;
       set local statement_timeout = ${this.#timeoutMs}; ${PLANNING}; savepoint opened`,
    );
    this.#begun.catch((fault: unknown) => (this.#fault = fault as Error));
    if (!client.pipeline) await this.#begun.catch(() => undefined);
    return client;
  }
}

/** Reads in one snapshot, which is closed afterwards. */
export async function withSnapshot<T>(
  pool: Pool,
  read: (snapshot: Snapshot) => Promise<T>,
  timeoutMs = STATEMENT_TIMEOUT_MS,
): Promise<T> {
  const snapshot = new Snapshot(pool, timeoutMs);
  return read(snapshot).finally(() => snapshot.close());
}

/** The database's faults that a client may know of, as our errors; anything else as it is. */
export function toDatabaseFault(error: unknown): unknown {
  const code = codeOf(error);
  if (code === CANCELED) return tooSlow("the database took too long over this field", error);
  const loading = "the chain or the telemetry has not been loaded into the database yet";
  const message = NOT_LOADED.has(code) ? loading : isAway(error, code) ? "the database does not answer" : undefined;
  return message === undefined
    ? error
    : new BaseError("UPSTREAM_UNAVAILABLE", message, { isRetryable: true, cause: error });
}

function tooSlow(message: string, cause?: unknown): BaseError {
  return new BaseError("TOO_SLOW", message, {
    hints: ["ask for a smaller page, or for fewer hours or minutes"],
    ...(cause === undefined ? {} : { cause }),
  });
}

function isAway(error: unknown, code: string): boolean {
  const { message = "" } = error as { message?: string };
  return AWAY.test(code) || /connection (terminated|error)|timeout exceeded when trying to connect/i.test(message);
}

function codeOf(error: unknown): string {
  return (error as { code?: string }).code ?? "";
}
