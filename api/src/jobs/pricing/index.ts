import { BaseError } from "#kernel/errors.ts";
import { withTransaction, type Pool } from "#kernel/pg.ts";
import { readAsOf } from "../../facts/as-of.ts";
import { gatherPricing } from "../../facts/pricing-span.ts";
import { listTickBlocks, readNewestTick } from "../../sources/market.ts";
import { readPricedPools } from "../../sources/pricing.ts";
import { withSnapshot } from "../../sources/snapshot.ts";
import { HOUR, timeText, type Hour, type HourlyJob, type JobContext } from "../hourly/job.ts";
import { indicesOf } from "./indices.ts";
import { writeHours, type Hours } from "./rows.ts";
import { ticksOf } from "./ticks.ts";

/** Hours made in one go: what they take is held in memory. */
const GO_HOURS = 7 * 24;
/** A statement over a whole network of many GPUs may take so long. */
const STATEMENT_TIMEOUT_MS = 300_000;

/** Hours to be made, and the final block that they stand on. */
export type PricedHours = Pick<Hour, "start" | "end"> & { block: Hours["block"] };

/** The job that makes each hour's advice and indices. */
export function pricingJob({ pool, logger }: JobContext): HourlyJob {
  const run = async (hour: Hour, signal: AbortSignal): Promise<void> => {
    const changed = await makePrices(pool, hour, signal);
    logger.debug({ through: timeText(hour.end), changed }, "prices were made");
  };
  return {
    name: "pricing",
    run,
    runDay: run,
    standsThrough: async (isOnChain) => {
      const blocks = await withSnapshot(pool, listTickBlocks);
      for (const [place, { at, ...block }] of blocks.entries()) {
        if (await isOnChain(block)) return place === 0 ? undefined : at;
      }
      return blocks.length === 0 ? undefined : 0;
    },
  };
}

/**
 * Makes the ticks and indices at the ends of the hours in `[start, end)`, in order, and of those before that were never
 * made. Rows that are there and the same stay: running it twice changes nothing.
 *
 * @returns how many ticks were written or changed
 * @throws BaseError `PRICING_NOT_READY`, retryable, where the chain isn't indexed past the end
 */
export async function makePrices(pool: Pool, hours: PricedHours, signal: AbortSignal): Promise<number> {
  let changed = 0;
  let from = await beginning(pool, hours);
  while (from < hours.end && !signal.aborted) {
    const to = Math.min(from + GO_HOURS * HOUR, hours.end);
    const made = await gather(pool, from, to, hours.block);
    changed += (await withTransaction(pool, (client) => writeHours(client, made))).changed;
    from = to;
  }
  return changed;
}

/** The first hour to be made: the one asked for, or an earlier one that is missing; the end where no pool is open by then. */
async function beginning(pool: Pool, { start, end }: PricedHours): Promise<number> {
  return withSnapshot(pool, async (snapshot) => {
    const newest = await readNewestTick(snapshot);
    const opened = (await readPricedPools(snapshot, end)).map(({ createdAt }) => Math.floor(createdAt / HOUR) * HOUR);
    const first = Math.min(end, ...opened);
    return Math.max(first, newest === null ? first : Math.min(start, newest));
  });
}

async function gather(pool: Pool, from: number, to: number, block: Hours["block"]): Promise<Hours> {
  return withSnapshot(
    pool,
    async (snapshot) => {
      const head = Number((await readAsOf(snapshot)).block.timestamp);
      if (head < to) throw notReady(head, to);
      const span = await gatherPricing(snapshot, from, to);
      const ticks = span.pools.flatMap((one) => ticksOf(one, from, to));
      return { from, to, ticks, indices: indicesOf(span, from, to), block };
    },
    STATEMENT_TIMEOUT_MS,
  );
}

function notReady(head: number, to: number): BaseError {
  const message = `prices of ${timeText(to)} wait for the indexer, which is at ${timeText(head)}`;
  return new BaseError("PRICING_NOT_READY", message, {
    isRetryable: true,
    hints: ["wait, or look at the indexer's /health"],
  });
}
