import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type pg from "pg";
import { BaseError } from "#kernel/errors.ts";
import type { Logger } from "#kernel/log.ts";
import { sleep } from "#kernel/time.ts";

/** How long a run that has died keeps others out. It renews its lease before every statement. */
const LEASE_SECONDS = 60;
const POLL_MS = 250;

/** unique_violation, and what PostgreSQL says when two sessions create the same thing at once */
const CREATED_MEANWHILE = new Set(["23505", "42P07", "XX000"]);

const TABLES = `
  create table if not exists public.migration (
    room text not null, name text not null, sha256 text not null, applied_at timestamptz not null default now(),
    primary key (room, name));
  create table if not exists public.migration_lease (
    is_single boolean primary key default true check (is_single), holder text not null, expires_at timestamptz not null)`;

/**
 * The right to migrate a database, which one run has at a time. A row instead of an advisory lock, as those always
 * succeed on the embedded database: all clients share its one session.
 */
export class MigrationLease {
  readonly #holder = `${hostname()}/${process.pid}/${randomUUID()}`;

  constructor(
    private readonly client: pg.Client,
    private readonly logger: Logger,
  ) {}

  /** Waits for the lease, and makes the tables of the migrations. */
  async take(): Promise<void> {
    await this.#createTables();
    let hasSaid = false;
    while (!(await this.#tryTake())) {
      if (!hasSaid) this.logger.info("another process is migrating the database; waiting for it");
      hasSaid = true;
      await sleep(POLL_MS);
    }
  }

  /**
   * Prolongs the lease. Within a transaction this also keeps every other run out until its end, however long it takes.
   *
   * @throws BaseError `MIGRATION_LEASE_LOST`
   */
  async renew(): Promise<void> {
    const { rowCount } = await this.client.query(
      `update public.migration_lease set expires_at = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})
        where holder = $1`,
      [this.#holder],
    );
    if (rowCount === 1) return;
    throw new BaseError("MIGRATION_LEASE_LOST", "another process has taken over the migration of this database", {
      isRetryable: true,
      hints: ["run it again: what is applied stays applied"],
    });
  }

  async release(): Promise<void> {
    await this.client.query("delete from public.migration_lease where holder = $1", [this.#holder]);
  }

  async #tryTake(): Promise<boolean> {
    const { rowCount } = await this.client.query(
      `insert into public.migration_lease as lease (holder, expires_at)
        values ($1, clock_timestamp() + make_interval(secs => ${LEASE_SECONDS}))
        on conflict (is_single) do update set holder = excluded.holder, expires_at = excluded.expires_at
        where lease.expires_at < clock_timestamp()`,
      [this.#holder],
    );
    return rowCount === 1;
  }

  async #createTables(): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        await this.client.query(TABLES);
        return;
      } catch (error) {
        if (attempt >= 5 || !CREATED_MEANWHILE.has((error as { code?: string }).code ?? "")) throw error;
        await sleep(50);
      }
    }
  }
}
