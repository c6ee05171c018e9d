import type { Pool } from "#kernel/pg.ts";

/** How long a collector that has died keeps others from a duty. It renews its lease before every step. */
const LEASE_SECONDS = 120;

/**
 * The right to do a duty, which one collector has at a time. A row instead of an advisory lock, as those always succeed on
 * the embedded database: all clients share its one session.
 */
export class Lease {
  readonly #pool: Pool;
  readonly #duty: string;
  readonly #holder: string;

  /** @param holder this process, told from every other, from an earlier run of itself too */
  constructor(pool: Pool, duty: string, holder: string) {
    this.#pool = pool;
    this.#duty = duty;
    this.#holder = holder;
  }

  /** Takes the duty if nobody else has it. */
  async take(): Promise<boolean> {
    const { rowCount } = await this.#pool.query(
      `insert into telemetry.duty as d (name, holder, expires_at)
       values ($1, $2, clock_timestamp() + make_interval(secs => ${LEASE_SECONDS}))
       on conflict (name) do update set holder = excluded.holder, expires_at = excluded.expires_at
       where d.holder = excluded.holder or d.expires_at < clock_timestamp()`,
      [this.#duty, this.#holder],
    );
    return rowCount === 1;
  }

  /**
   * Prolongs the lease, and notes how far the duty is.
   *
   * @returns false if another collector has taken over: then stop
   */
  async renew(doneThrough?: Date): Promise<boolean> {
    const { rowCount } = await this.#pool.query(
      `update telemetry.duty
       set expires_at = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS}), done_through = coalesce($3, done_through)
       where name = $1 and holder = $2`,
      [this.#duty, this.#holder, doneThrough ?? null],
    );
    return rowCount === 1;
  }

  /** Up to where the duty was done, by whomever; undefined if it never was. */
  async doneThrough(): Promise<Date | undefined> {
    const { rows } = await this.#pool.query<{ done_through: Date | null }>(
      "select done_through from telemetry.duty where name = $1",
      [this.#duty],
    );
    return rows[0]?.done_through ?? undefined;
  }

  /** Notes how a round has ended, and lets others have the duty. */
  async release(error?: string): Promise<void> {
    await this.#pool.query(
      `update telemetry.duty set expires_at = clock_timestamp() - interval '1 second', ran_at = clock_timestamp(), error = $3
       where name = $1 and holder = $2`,
      [this.#duty, this.#holder, error ?? null],
    );
  }

  /** Lets others have the duty without another word, as we are going. */
  async free(): Promise<void> {
    await this.#pool.query(
      "update telemetry.duty set expires_at = clock_timestamp() - interval '1 second' where name = $1 and holder = $2",
      [this.#duty, this.#holder],
    );
  }
}
