import type { PastScrape } from "#collector/index.ts";
import { uuidHashOf } from "#devnet/market/bootstrap.ts";
import { SECOND_MS } from "#kernel/time.ts";
import type { MarketFixture } from "./market.ts";

/** Exporters are asked every five minutes of the last day. */
export const EVERY_SECONDS = 300;
const DAY_SCRAPES = 288;

/** A rental's time on its GPU, seconds since 1970. */
export interface Use {
  gpuId: bigint;
  from: number;
  to: number;
}

/** What the market's exporters were asked, and what that stands on. */
export interface ScrapedMarket {
  /** of every rental, by the contracts */
  uses: Use[];
  /** GPU ids by UUID, by the contracts */
  gpuIds: Map<string, bigint>;
  /** milliseconds since 1970 */
  lastScrape: number;
}

/** A GPU that is used is busy 0.75 of the time and takes 600 W, one that isn't 0.25 and 100 W. */
export const reading = (isUsed: boolean): { utilization: number; powerWatts: number } =>
  isUsed ? { utilization: 0.75, powerWatts: 600 } : { utilization: 0.25, powerWatts: 100 };

/** Whether a rental has a GPU at a time, seconds since 1970. */
export const isUsedAt = (uses: readonly Use[], gpuId: bigint, seconds: number): boolean =>
  uses.some((use) => use.gpuId === gpuId && use.from <= seconds && seconds < use.to);

/** Writes a day of telemetry as the collector would have: GPUs are busy while the contracts have them rented. */
export async function scrapeMarket(market: MarketFixture): Promise<ScrapedMarket> {
  const { timestamp } = await market.network.node.getBlock({ blockNumber: market.head });
  const ids = market.gpus.map(({ uuid }) => market.network.gpus.read.gpuOf([uuidHashOf(uuid)]));
  const scraped: ScrapedMarket = {
    uses: await readUses(market),
    gpuIds: new Map((await Promise.all(ids)).map((id, place) => [market.gpus[place]?.uuid ?? "", id])),
    lastScrape: Math.floor(Number(timestamp) / EVERY_SECONDS) * EVERY_SECONDS * SECOND_MS,
  };
  await market.scraped(scrapes(market, scraped), EVERY_SECONDS);
  return scraped;
}

async function readUses(market: MarketFixture): Promise<Use[]> {
  const started = await market.network.market.getEvents.RentalStarted({}, { fromBlock: 0n, toBlock: market.head });
  return Promise.all(
    started.map(async ({ args: { rentalId = 0n } }) => {
      const [rental, paidUntil] = await Promise.all([
        market.network.market.read.rentalOf([rentalId]),
        market.network.market.read.paidUntil([rentalId]),
      ]);
      const funded = Math.min(Number(paidUntil), Number(rental.endsBy) || Infinity);
      const to = rental.isEnded ? Number(rental.settledAt) : funded;
      return { gpuId: rental.gpuId, from: Number(rental.startAt), to };
    }),
  );
}

function* scrapes({ gpus }: MarketFixture, { uses, gpuIds, lastScrape }: ScrapedMarket): Generator<PastScrape> {
  const hosts = [...new Set(gpus.map(({ host }) => host))];
  for (let scrape = DAY_SCRAPES - 1; scrape >= 0; scrape--) {
    const at = lastScrape - scrape * EVERY_SECONDS * SECOND_MS;
    for (const host of hosts) {
      const body = gpus
        .filter((gpu) => gpu.host === host)
        .map(({ uuid }) => {
          const { utilization, powerWatts } = reading(isUsedAt(uses, gpuIds.get(uuid) ?? 0n, at / SECOND_MS));
          const percent = utilization * 100;
          return `DCGM_FI_DEV_GPU_UTIL{UUID="${uuid}"} ${percent}\nDCGM_FI_DEV_POWER_USAGE{UUID="${uuid}"} ${powerWatts}\n`;
        });
      yield { url: `http://${host}:9400/metrics`, labels: {}, at, body: body.join("") };
    }
  }
}
