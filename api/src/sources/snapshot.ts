import type { Pool, PoolClient, QueryResultRow } from "#kernel/pg.ts";

/**
 * One consistent view of the database for one operation: every query sees the same block and the same samples, so that
 * an answer and its `asOf` belong together. Opened by the first query; the caller closes it when the answer is made.
 */
export class Snapshot {
  readonly #pool: Pool;
  #client: Promise<PoolClient> | undefined;
  #isClosed = false;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Runs one statement. Statements are prepared once per connection under `name`. */
  async rows<Row extends QueryResultRow>(name: string, text: string, values: unknown[] = []): Promise<Row[]> {
    if (this.#isClosed) throw new Error(`BUG: ${name} after its snapshot was closed`);
    this.#client ??= this.#open();
    const client = await this.#client;
    const result = await client.query<Row>({ name, text, values });
    return result.rows;
  }

  /** Ends the transaction and gives the connection back. Idempotent. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const client = await this.#client?.catch(() => undefined);
    if (!client) return;
    const broken = await client.query("commit").then(
      () => undefined,
      (error: unknown) => error as Error,
    );
    client.release(broken);
  }

  async #open(): Promise<PoolClient> {
    const client = await this.#pool.connect();
    try {
      await client.query("begin transaction isolation level repeatable read, read only");
      return client;
    } catch (error) {
      client.release(error as Error);
      throw error;
    }
  }
}
