import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { Pool } from "#kernel/pg.ts";

/** How long a process that has died keeps others from a job; one that lives renews its turn long before. */
const TURN_SECONDS = 60;
const RENEW_MS = 15_000;

/**
 * The right to do a job, which one process has at a time: a row, as an advisory lock always succeeds on the embedded
 * database, where all clients share one session. The row also says how far the job has come.
 */
export class Turn {
  readonly #pool: Pool;
  readonly #job: string;
  /** this process, told from every other, and from an earlier run of itself */
  readonly #holder = `${hostname()}/${process.pid}/${randomUUID()}`;

  constructor(pool: Pool, job: string) {
    this.#pool = pool;
    this.#job = job;
  }

  /** Takes the turn if nobody else has it. */
  async take(): Promise<boolean> {
    const { rowCount } = await this.#pool.query(
      `insert into jobs.hourly as h (name, holder, expires_at) values ($1, $2, clock_timestamp() + make_interval(secs => $3))
       on conflict (name) do update set holder = excluded.holder, expires_at = excluded.expires_at
       where h.holder = excluded.holder or h.expires_at < clock_timestamp()`,
      [this.#job, this.#holder, TURN_SECONDS],
    );
    return rowCount === 1;
  }

  /** Works under the turn, which is renewed meanwhile; aborted when somebody else has taken it. */
  async keep<T>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const lost = new AbortController();
    const timer = setInterval(() => {
      this.take().then(
        (isOurs) => (isOurs ? undefined : lost.abort(new Error(`another process does ${this.#job} now`))),
        () => undefined, // the work itself will tell
      );
    }, RENEW_MS);
    try {
      return await work(AbortSignal.any([signal, lost.signal]));
    } finally {
      clearInterval(timer);
    }
  }

  /** How far the job is done, seconds since 1970; undefined: it never was. */
  async doneThrough(): Promise<number | undefined> {
    const { rows } = await this.#pool.query<{ at: number | null }>(
      "select extract(epoch from done_through)::float8 as at from jobs.hourly where name = $1",
      [this.#job],
    );
    return rows[0]?.at ?? undefined;
  }

  /** Notes how far the job has come, if it is still ours, and what failed. */
  async note(doneThrough: number | undefined, error?: string): Promise<boolean> {
    const { rowCount } = await this.#pool.query(
      `update jobs.hourly set done_through = coalesce(to_timestamp($3::float8), done_through), error = $4, ran_at = clock_timestamp()
       where name = $1 and holder = $2`,
      [this.#job, this.#holder, doneThrough ?? null, error ?? null],
    );
    return rowCount === 1;
  }

  /** Lets others have it. */
  async free(): Promise<void> {
    await this.#pool.query(
      "update jobs.hourly set expires_at = clock_timestamp() - interval '1 second' where name = $1 and holder = $2",
      [this.#job, this.#holder],
    );
  }
}
