import { once } from "node:events";
import { BaseError, describeError } from "#kernel/errors.ts";
import type { Health } from "#kernel/metrics.ts";
import { SECOND_MS } from "#kernel/time.ts";
import { HealthBoard } from "./health.ts";
import { openIndexer, type OpenIndexer } from "./open.ts";
import type { IndexerOptions, IndexerResult } from "./options.ts";
import type { ProfileReport } from "./profile/profile.ts";
import { ChainMoved } from "./source/retry.ts";

export type { IndexedStep, IndexerOptions, IndexerResult, TouchedEntity } from "./options.ts";

/** Between two signs of life while there is nothing to write. */
const HEARTBEAT_MS = 5 * SECOND_MS;

/** An indexer: run it once; its health can be read at any time. */
export interface Indexer {
  /**
   * Indexes until `until` is reached or the signal is aborted. A fault that ends indexing is thrown when `until` is
   * set; without it the indexer stays up with red health until the signal, so that its reason can be read.
   *
   * @throws BaseError whatever keeps it from starting
   */
  run(): Promise<IndexerResult>;
  health(): Health;
  /** where the time went so far; only with `hasProfile`, and once it is open */
  profile(): ProfileReport | undefined;
}

/**
 * Makes an indexer of a built subgraph.
 *
 * @example
 * const indexer = createIndexer({ manifestPath: "build/subgraph.yaml", rpcUrl, databaseUrl, signal, logger });
 * await indexer.run();
 */
export function createIndexer(options: IndexerOptions): Indexer {
  const health = new HealthBoard();
  let report: (() => ProfileReport) | undefined;
  const onOpen = (opened: OpenIndexer): void => void (report = opened.report);
  return { run: () => run(options, health, onOpen), health: () => health.read(), profile: () => report?.() };
}

/** Runs an indexer: see `createIndexer`. */
export async function runIndexer(options: IndexerOptions): Promise<IndexerResult> {
  return createIndexer(options).run();
}

async function run(
  options: IndexerOptions,
  health: HealthBoard,
  onOpen: (opened: OpenIndexer) => void,
): Promise<IndexerResult> {
  const { signal, logger, until } = options;
  const opened = await openIndexer(options, health).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  if (!opened) return { status: "stopped", block: health.indexed };
  onOpen(opened);
  options.onReady?.();
  const heartbeat = startHeartbeat(opened, health);
  try {
    await follow(opened);
    return { status: signal.aborted ? statusOf(opened) : "reached", block: health.indexed };
  } catch (error) {
    if (signal.aborted) return { status: statusOf(opened), block: health.indexed };
    health.stop(error);
    logger.error(describeError(error));
    if (until !== undefined || !(error instanceof BaseError)) throw error;
    await once(signal, "abort");
    return { status: "failed", block: health.indexed };
  } finally {
    clearInterval(heartbeat);
    await opened.engine.idle();
    await opened.close();
  }
}

/** Renews the lease: also the sign that the database is there while there is nothing to write. */
function startHeartbeat({ store }: OpenIndexer, health: HealthBoard): NodeJS.Timeout {
  let isUnanswered = false;
  return setInterval(() => {
    if (isUnanswered) return health.noteTrouble("lease", new Error("the database doesn't answer"));
    isUnanswered = true;
    void store
      .heartbeat()
      .then(
        () => health.noteTrouble("lease", undefined),
        (error: unknown) => health.noteTrouble("lease", error as Error),
      )
      .finally(() => (isUnanswered = false));
  }, HEARTBEAT_MS);
}

function statusOf({ engine }: OpenIndexer): "failed" | "stopped" {
  return engine.failure ? "failed" : "stopped";
}

async function follow({ source, engine, checkpoint, profile }: OpenIndexer): Promise<void> {
  for (;;) {
    try {
      const steps = source.follow(engine.position ?? checkpoint);
      for await (const step of profile ? profile.waits(steps) : steps) {
        if (step.type === "block") await engine.handle(step.block);
        else if (step.type === "reorg") await engine.revertTo(step.ancestor);
        else if (step.type === "finalize") await engine.finalize(step.block);
        else await engine.pause();
      }
      await engine.flush();
      return;
    } catch (error) {
      // the block being handled has left the chain: the next look finds the reorg
      if (!(error instanceof ChainMoved)) throw error;
    }
  }
}
