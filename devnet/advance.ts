import { join } from "node:path";
import { clockAheadMs, setClockAhead } from "#kernel/clock.ts";
import { BaseError } from "#kernel/errors.ts";
import type { Logger } from "#kernel/log.ts";
import { SECOND_MS } from "#kernel/time.ts";
import type { Chain } from "./chain.ts";
import { readOr, writeWhole } from "./files.ts";
import { writeSkipped } from "./fleet/index.ts";
import type { Fleet } from "./fleet/types.ts";
import type { LiveMarket } from "./market/live/index.ts";
import type { Use } from "./market/history/use.ts";
import { rpcCall } from "./rpc.ts";

/** How far a network may be brought at once, seconds. */
export const ADVANCE = { least: 60, most: 7 * 86_400 };

/** The parts of a running network that a time is skipped in. */
export interface AdvanceParts {
  dataDir: string;
  databaseUrl: string;
  seed: number;
  chain: Chain;
  fleet: Fleet;
  market: LiveMarket;
  /** Stops who writes down what the wall clock says, or acts upon it; gives what starts them again. */
  rest(): Promise<() => Promise<void>>;
  /** Tells the other processes how far ahead the clock is, ms. */
  tell(aheadMs: number): void;
  logger: Logger;
}

/** What a skipped time brought. */
export interface Advanced {
  /** seconds since 1970 */
  from: number;
  to: number;
  blocks: number;
  /** uses of GPUs, also those that had begun before */
  uses: number;
  scrapes: number;
}

/**
 * Brings a running network to a later time. Its processes get a clock that is so much ahead, which is kept for later starts;
 * the market of the time between is played on the chain, and the fleet's telemetry written as a past; then all goes on live.
 *
 * The clock is kept first: when the network is killed in the midst of it, the next start goes on at the later time, and what
 * wasn't written is a time in which nobody looked.
 *
 * @param seconds from `ADVANCE.least` to `ADVANCE.most`
 * @throws BaseError `BAD_ADVANCE`; what a part says, after which the network goes on at the later time all the same
 */
export async function advance(parts: AdvanceParts, seconds: number): Promise<Advanced> {
  requireSpan(seconds);
  const { chain, fleet, market, dataDir, logger } = parts;
  await market.stop();
  const goOn = await parts.rest();
  await chain.hold();
  fleet.hold();
  const [from, before] = [Math.floor(Date.now() / SECOND_MS), await blockNumber(chain)];
  const aheadMs = clockAheadMs() + seconds * SECOND_MS;
  const to = from + seconds;
  writeWhole(pathOf(dataDir), `${JSON.stringify({ aheadMs })}\n`);
  try {
    let uses: Use[];
    try {
      uses = await market.leap(from, to);
    } finally {
      setClockAhead(aheadMs);
      parts.tell(aheadMs);
      await chain.goOn();
    }
    const scrapes = await writeSkipped(parts, { from, to, uses });
    const blocks = (await blockNumber(chain)) - before;
    logger.info({ from, to, blocks, uses: uses.length, scrapes }, "a time was skipped");
    return { from, to, blocks, uses: uses.length, scrapes };
  } finally {
    fleet.open();
    market.showLoads();
    await goOn();
    market.start();
  }
}

function requireSpan(seconds: number): void {
  if (Number.isSafeInteger(seconds) && seconds >= ADVANCE.least && seconds <= ADVANCE.most) return;
  throw new BaseError("BAD_ADVANCE", `a network can't be brought ${seconds / 3_600} hours ahead at once`, {
    hints: ["choose a time from 1m to 7d, such as 30m, 6h or 1d"],
  });
}

const pathOf = (dataDir: string): string => join(dataDir, "clock.json");

/** Sets this process's clock as far ahead as a network was brought by earlier starts. */
export function keptClock(dataDir: string): void {
  const text = readOr(pathOf(dataDir));
  if (text !== "") setClockAhead((JSON.parse(text) as { aheadMs: number }).aheadMs);
}

async function blockNumber({ rpcUrl }: Chain): Promise<number> {
  return Number(await rpcCall<string>(rpcUrl, "eth_blockNumber"));
}
