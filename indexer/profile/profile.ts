import type { HostFunctions } from "../host/instance.ts";
import type { CountedReader } from "./counted-reader.ts";
import type { RunStats } from "./run-stats.ts";

/** Parts of a run that are timed where they happen; the others follow from them. */
export type TimedPart = "chain" | "layout" | "blocks" | "lookups" | "writing";

/** Where a run's time went, in milliseconds. */
export interface Phases {
  /** waiting for the chain: logs, headers, and decoding the answers, as far as nothing else was done meanwhile */
  readonly fetch: number;
  /** laying out events and blocks in the mapping's memory */
  readonly decode: number;
  /** in the mapping itself */
  readonly mapping: number;
  /** in host functions */
  readonly host: number;
  /** waiting for entities from the database */
  readonly reads: number;
  /** waiting for transactions, receipts, calls and logs of new data sources */
  readonly lookups: number;
  /** what else belongs to running blocks: triggers, entities at the end of each */
  readonly blocks: number;
  /** waiting for batches to be written; the rest was written while other things were done */
  readonly flush: number;
  readonly other: number;
}

/** One handler's runs. */
export interface HandlerReport {
  readonly handler: string;
  readonly runs: number;
  readonly replays: number;
  readonly failures: number;
  readonly totalMs: number;
  readonly meanUs: number;
  readonly p99Us: number;
  /** spent on runs that were given up; not in the total */
  readonly replayMs: number;
}

/** What `--profile` tells. */
export interface ProfileReport {
  readonly totalMs: number;
  readonly phases: Phases;
  /** most time first */
  readonly handlers: readonly HandlerReport[];
  /** most time first */
  readonly hostCalls: readonly { readonly name: string; readonly count: number; readonly ms: number }[];
  readonly store: {
    readonly hits: number;
    readonly misses: number;
    readonly queries: number;
    readonly queryMs: number;
  };
}

/** Times a run. There is one only when it is asked for: without it nothing of this is on the path. */
export class Profile {
  private readonly startedAt = performance.now();
  private readonly parts: Record<TimedPart, number> = { chain: 0, layout: 0, blocks: 0, lookups: 0, writing: 0 };
  private readonly hostCalls = new Map<string, { count: number; ms: number }>();

  /** Adds to a part. */
  add(part: TimedPart, ms: number): void {
    this.parts[part] += ms;
  }

  /** Times what is waited for. */
  async during<T>(part: TimedPart, what: Promise<T>): Promise<T> {
    const startedAt = performance.now();
    try {
      return await what;
    } finally {
      this.add(part, performance.now() - startedAt);
    }
  }

  /** Times what is done at once. */
  layout<T>(write: () => T): T {
    const startedAt = performance.now();
    try {
      return write();
    } finally {
      this.add("layout", performance.now() - startedAt);
    }
  }

  /** The same steps; the time until each comes is the chain's. */
  async *waits<T>(steps: AsyncIterable<T>): AsyncGenerator<T> {
    let askedAt = performance.now();
    for await (const step of steps) {
      this.add("chain", performance.now() - askedAt);
      yield step;
      askedAt = performance.now();
    }
    this.add("chain", performance.now() - askedAt);
  }

  /** The same functions, timed by name. */
  timed(functions: HostFunctions): HostFunctions {
    return Object.fromEntries(Object.entries(functions).map(([name, fn]) => [name, this.timedOne(name, fn)]));
  }

  private timedOne(name: string, fn: HostFunctions[string]): HostFunctions[string] {
    const calls = this.hostCalls.get(name) ?? { count: 0, ms: 0 };
    this.hostCalls.set(name, calls);
    const call = fn as (...args: unknown[]) => ReturnType<typeof fn>;
    const timed = (...args: unknown[]): ReturnType<typeof fn> => {
      const startedAt = performance.now();
      try {
        return call(...args);
      } finally {
        calls.count++;
        calls.ms += performance.now() - startedAt;
      }
    };
    // by its length it is known how many arguments a function takes
    return Object.defineProperty(timed, "length", { value: fn.length });
  }

  /** What was seen so far. */
  report(
    runs: RunStats,
    reader: CountedReader,
    cache: { readonly reads: number; readonly misses: number },
  ): ProfileReport {
    const totalMs = performance.now() - this.startedAt;
    const handlers = [...runs.handlers].map(([handler, one]): HandlerReport => {
      const { runs: count, replays, failures, ms, replayMs } = one;
      const meanUs = count === 0 ? 0 : (ms * 1_000) / count;
      return { handler, runs: count, replays, failures, totalMs: ms, meanUs, p99Us: one.quantile(0.99), replayMs };
    });
    const hostCalls = [...this.hostCalls].map(([name, calls]) => ({ name, ...calls })).filter(({ count }) => count > 0);
    const inHandlers = handlers.reduce((sum, { totalMs: ms, replayMs }) => sum + ms + replayMs, 0);
    return {
      totalMs,
      phases: this.phases(totalMs, inHandlers, sumOf(hostCalls), reader.ms),
      handlers: handlers.sort((a, b) => b.totalMs - a.totalMs),
      hostCalls: hostCalls.sort((a, b) => b.ms - a.ms),
      store: { hits: cache.reads - cache.misses, misses: cache.misses, queries: reader.queries, queryMs: reader.ms },
    };
  }

  private phases(totalMs: number, inHandlers: number, host: number, reads: number): Phases {
    const { chain, layout, blocks, lookups, writing } = this.parts;
    const mapping = Math.max(0, inHandlers - host - layout);
    return {
      fetch: chain,
      decode: layout,
      mapping,
      host,
      reads,
      lookups,
      blocks: Math.max(0, blocks - inHandlers - reads - lookups),
      flush: writing,
      other: Math.max(0, totalMs - chain - Math.max(blocks, inHandlers) - writing),
    };
  }
}

/** What is waited for, timed if that is asked for. */
export function timed<T>(profile: Profile | undefined, part: TimedPart, what: Promise<T>): Promise<T> {
  return profile ? profile.during(part, what) : what;
}

function sumOf(calls: readonly { readonly ms: number }[]): number {
  return calls.reduce((sum, { ms }) => sum + ms, 0);
}
