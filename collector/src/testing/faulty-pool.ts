import type { Pool, PoolClient } from "#kernel/pg.ts";

/** What goes wrong with a statement: it is never sent, or done and not answered, or its connection breaks at it. */
export type Fault = "before" | "after" | "cut";

/** A pool whose statements fail where they are told to. */
export interface FaultyPool {
  pool: Pool;
  /** the statement after `skip` others fails; one at a time */
  failAfter(skip: number, fault: Fault): void;
  /** nothing fails any more */
  mend(): void;
}

/** Wraps a pool, whose connections are real. */
export function makeFaulty(real: Pool): FaultyPool {
  let next: { skip: number; fault: Fault } | undefined;
  const due = (): Fault | undefined => {
    if (!next || next.skip-- > 0) return undefined;
    const { fault } = next;
    next = undefined;
    return fault;
  };
  const run = async (client: PoolClient, args: unknown[]): Promise<unknown> => {
    const fault = due();
    if (fault === "before") throw lost();
    const query = (client.query as (...all: unknown[]) => unknown).bind(client);
    const answer = query(...args) as Promise<unknown>;
    if (fault === "cut") streamOf(client).destroy();
    const result = await answer;
    if (fault !== undefined) throw lost();
    return result;
  };
  const wrap = (client: PoolClient): PoolClient =>
    new Proxy(client, {
      get(target, name) {
        // A stream, as COPY's, is nothing to wait for.
        if (name === "query")
          return (...args: unknown[]) => (isStream(args[0]) ? copy(target, args[0]) : run(target, args));
        const value: unknown = Reflect.get(target, name);
        return typeof value === "function" ? (value.bind(target) as unknown) : value;
      },
    });
  const copy = (client: PoolClient, stream: unknown): unknown => {
    const fault = due();
    if (fault === "before") throw lost();
    const query = (client.query as (...all: unknown[]) => unknown).bind(client);
    const submitted = query(stream);
    if (fault !== undefined) streamOf(client).destroy();
    return submitted;
  };
  const pool = new Proxy(real, {
    get(target, name) {
      if (name === "connect") return async () => wrap(await target.connect());
      if (name === "query") {
        return async (...args: unknown[]) => {
          const client = await target.connect();
          const broken = (error: unknown): never => {
            client.release(error as Error);
            throw error;
          };
          const result = await run(client, args).catch(broken);
          client.release();
          return result;
        };
      }
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
  return { pool, failAfter: (skip, fault) => (next = { skip, fault }), mend: () => (next = undefined) };
}

const lost = (): Error => Object.assign(new Error("the connection was lost, as told"), { code: "ECONNRESET" });

function isStream(of: unknown): boolean {
  return typeof (of as { submit?: unknown }).submit === "function";
}

function streamOf(client: PoolClient): { destroy: () => void } {
  return (client as unknown as { connection: { stream: { destroy: () => void } } }).connection.stream;
}
