import { hostname } from "node:os";
import { BaseError } from "#kernel/errors.ts";
import { isProcessAlive, processStartedAt } from "#kernel/lock.ts";
import type { Pool, PoolClient } from "#kernel/pg.ts";
import { sleep } from "#kernel/time.ts";

/** A writer that gives no sign of life for this long has lost its lease. */
const LEASE_SECONDS = 20;

let count = 0;
/** holders of this process that haven't given their leases back */
const held = new Set<string>();

/** The right to write a deployment: a row that its holder renews with every transaction and once in a while besides. */
export class Lease {
  private readonly deployment: number;
  private readonly holder: string;

  private constructor(deployment: number, holder: string) {
    this.deployment = deployment;
    this.holder = holder;
  }

  /**
   * Takes the lease; that of a process of this machine which is gone at once, another's when it has run out.
   *
   * @throws BaseError `INDEXER_RUNNING` when its holder lives
   */
  static async take(pool: Pool, deployment: number, signal: AbortSignal): Promise<Lease> {
    const holder = `${hostname()}/${process.pid}/${processStartedAt(process.pid)}/${++count}`;
    const lease = new Lease(deployment, holder);
    let seen = await lease.tryTake(pool);
    if (seen !== undefined && isGone(seen)) {
      await pool.query("delete from subgraphs.writer_lease where id = $1 and holder = $2", [deployment, seen]);
      seen = await lease.tryTake(pool);
    }
    for (let waited = 0; seen !== undefined && waited <= LEASE_SECONDS && !isHere(seen); waited++) {
      await sleep(1_000, signal);
      seen = await lease.tryTake(pool);
    }
    if (seen === undefined) {
      held.add(holder);
      return lease;
    }
    const [host, pid] = seen.split("/");
    throw new BaseError(
      "INDEXER_RUNNING",
      `another indexer writes this subgraph: process ${pid ?? "?"} on ${host ?? "?"}`,
      {
        hints: ["stop it first: a subgraph has one writer"],
      },
    );
  }

  /** @returns the holder when there is another */
  private async tryTake(pool: Pool): Promise<string | undefined> {
    for (;;) {
      const found = await this.ask(pool);
      if (found !== undefined) return found === this.holder ? undefined : found;
      // another's row was committed after the query began: it stood in the way but wasn't seen
    }
  }

  /** Takes the lease if it is free; gives its holder. */
  private async ask(pool: Pool): Promise<string | undefined> {
    const { rows } = await pool.query<{ holder: string }>(
      `with taken as (
         insert into subgraphs.writer_lease as l (id, holder, expires_at)
         values ($1, $2, now() + make_interval(secs => $3))
         on conflict (id) do update set holder = excluded.holder, expires_at = excluded.expires_at
          where l.expires_at < now() or l.holder = excluded.holder
         returning holder)
       select holder from taken
       union all select holder from subgraphs.writer_lease where id = $1 and not exists (select from taken)`,
      [this.deployment, this.holder, LEASE_SECONDS],
    );
    return rows[0]?.holder;
  }

  /**
   * Renews the lease, within the transaction that needs it.
   *
   * @throws BaseError `LEASE_LOST`: another writer has taken over, nothing may be written anymore
   */
  async renew(client: Pick<PoolClient, "query">): Promise<void> {
    const { rowCount } = await client.query(
      "update subgraphs.writer_lease set expires_at = now() + make_interval(secs => $3) where id = $1 and holder = $2",
      [this.deployment, this.holder, LEASE_SECONDS],
    );
    if (rowCount === 1) return;
    throw new BaseError("LEASE_LOST", "another indexer has taken over this subgraph", {
      hints: ["stop one of the two: a subgraph has one writer"],
    });
  }

  /** Gives the lease back; should the database not hear of it, this process knows. */
  async release(pool: Pool): Promise<void> {
    held.delete(this.holder);
    await pool.query("delete from subgraphs.writer_lease where id = $1 and holder = $2", [
      this.deployment,
      this.holder,
    ]);
  }
}

/** Whether a holder is a live process of this machine. */
function isHere(holder: string): boolean {
  return holder.startsWith(`${hostname()}/`) && !isGone(holder);
}

/** Whether a holder was an indexer of this machine that has ended: `host/pid/start/count`, whose start holds a "/" too. */
export function isGone(holder: string): boolean {
  const [host, pid, ...rest] = holder.split("/");
  if (host !== hostname()) return false;
  if (!isProcessAlive(Number(pid))) return true;
  if (Number(pid) === process.pid && !held.has(holder)) return true;
  const startedAt = rest.slice(0, -1).join("/");
  const now = processStartedAt(Number(pid));
  return now !== "" && startedAt !== "" && now !== startedAt;
}
