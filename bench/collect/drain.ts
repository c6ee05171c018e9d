import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInstruments } from "#collector/src/instruments.ts";
import { ExpositionParser } from "#collector/src/parse/exposition.ts";
import { encodeRecord } from "#collector/src/records.ts";
import { blankResult, withReadings } from "#collector/src/scrape/scrape.ts";
import { openSpool, type Spool } from "#collector/src/spool/spool.ts";
import { holdPolicies } from "#collector/src/write/policies.ts";
import { Writer } from "#collector/src/write/writer.ts";
import { silentLogger } from "#kernel/log.ts";
import { createRegistry } from "#kernel/metrics.ts";
import { createPool } from "#kernel/pg.ts";
import { HOUR_MS, MINUTE_MS } from "#kernel/time.ts";
import { copyPast } from "../past/plain.ts";
import { bodyOf, GPUS_PER_HOST, openTemplates } from "./bodies.ts";
import { openDatabase, type DatabaseKind, type MeasuredDatabase } from "../databases.ts";
import { stopwatch, type Spent, type Stopwatch } from "../stopwatch.ts";

const HOSTS = 500;
const ROUNDS = 60;
/** Written before the clock runs: the database knows the GPUs, and V8 has compiled what is done most. */
const WARM_ROUNDS = 18;
const INTERVAL_MS = 10_000;

/** The write path beside plain COPY of what it has written. */
export interface DrainResult {
  rows: number;
  drained: Spent;
  copied: Spent;
}

/**
 * Ten minutes of 4,000 GPUs that wait in a spool, written by a collector that has been at work as it does after the
 * database was away; then the same rows, already encoded, by plain COPY into another database.
 */
export async function measureDrain(kind: DatabaseKind): Promise<DrainResult> {
  const dir = mkdtempSync(join(tmpdir(), "bc-bench-drain-"));
  const now = Date.now();
  const from = now - (now % HOUR_MS) - HOUR_MS;
  const since = from + WARM_ROUNDS * INTERVAL_MS;
  const until = since + ROUNDS * INTERVAL_MS;
  const spool = await openSpool({ dir, logger: silentLogger });
  const fill = createFiller(spool);
  try {
    const source = await openDatabase(kind);
    try {
      const drained = await drain(spool, source, [() => fill(from, since), () => fill(since, until)]);
      const sink = await openDatabase(kind);
      try {
        const watch = stopwatch(sink.pid);
        const copy = (fromMs: number, toMs: number, pause: Stopwatch["pause"]): Promise<void> =>
          copyPast(source.url, sink.url, { from: fromMs / 1_000, to: toMs / 1_000 }, pause, MINUTE_MS);
        await copy(from, since, (body) => body());
        watch.start();
        await copy(since, until, (body) => watch.pause(body));
        return { rows: HOSTS * GPUS_PER_HOST * ROUNDS, drained, copied: watch.stop() };
      } finally {
        await sink.stop();
      }
    } finally {
      await source.stop();
    }
  } finally {
    await spool.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Has every host scraped at each tick of [from, to), into a spool; to be called in the order of time. */
function createFiller(spool: Spool): (from: number, to: number) => Promise<void> {
  const templateAt = openTemplates();
  const parsers = Array.from({ length: HOSTS }, () => new ExpositionParser());
  return async (from, to) => {
    for (let at = from; at < to; at += INTERVAL_MS) {
      const template = templateAt(at);
      for (const [host, parser] of parsers.entries()) {
        const blank = blankResult(`http://host-${host}:9400/metrics`, at, at + INTERVAL_MS, INTERVAL_MS);
        const text = bodyOf(template, host).toString("latin1");
        const result = withReadings(blank, { text, contentType: "" }, parser);
        void spool.append(encodeRecord({ kind: "scrape", ...result }), at);
      }
      await spool.flush();
    }
  };
}

/** @param fills what waits in the spool, one after the other; writing the last of it is measured */
async function drain(
  spool: Spool,
  database: MeasuredDatabase,
  fills: readonly (() => Promise<void>)[],
): Promise<Spent> {
  const pool = createPool(database.url, { name: "collector", max: 2 });
  try {
    await holdPolicies(pool, Date.now() + HOUR_MS);
    const instruments = createInstruments(createRegistry("bench"), NOTHING_TO_SHOW);
    const labelsOf = () => ({});
    const seenThrough = () => Date.now();
    // The roll-ups have their turn elsewhere, on both sides.
    const publishEveryMs = HOUR_MS;
    const options = { pool, spool, name: "bench", logger: silentLogger, instruments, labelsOf, seenThrough };
    const writer = new Writer({ ...options, publishEveryMs });
    const watch = stopwatch(database.pid);
    for (const fill of fills) {
      await fill();
      watch.start();
      await writer.drain();
    }
    return watch.stop();
  } finally {
    await pool.end();
  }
}

const nothing = (): number => 0;
const NOTHING_TO_SHOW = {
  targetCount: nothing,
  lateScrapes: nothing,
  spoolBytes: nothing,
  spoolRecords: nothing,
  droppedRecords: nothing,
  lagSeconds: nothing,
};
