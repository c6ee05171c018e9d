import { MARKET_PLAN } from "#devnet/market/plan.ts";
import { readExposition, type Reading } from "./truth.ts";

/** The exporters' readings change on multiples of this. */
const TICK = 5_000;
/** So far from a change a text surely belongs to its tick. */
const MARGIN = 300;
const MINUTE = 60_000;

/** Keeps what some exporters print, tick by tick, as a scraper of its own. */
export class Recorder {
  readonly hosts = MARKET_PLAN.hosts.map(({ name }) => name);
  readonly #url: string;
  readonly #texts = new Map<string, Map<number, string>>();
  readonly #timer: NodeJS.Timeout;
  #since: number | undefined;

  constructor(url: string) {
    this.#url = url;
    for (const host of this.hosts) this.#texts.set(host, new Map());
    this.#timer = setInterval(() => void this.#look(), 400);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** The minutes that were recorded from before their beginning to their end, each once it is over. */
  async *wholeMinutes(): AsyncGenerator<number> {
    while (this.#since === undefined) await pause(200);
    for (let minute = Math.ceil((this.#since + 3 * TICK) / MINUTE) * MINUTE; ; minute += MINUTE) {
      while (Date.now() < minute + MINUTE) await pause(500);
      yield minute;
    }
  }

  /** Whether all was recorded that a host printed at these times, milliseconds since 1970. */
  covers(host: string, times: readonly number[]): boolean {
    return times.every((at) => this.#texts.get(host)?.has(Math.floor(at / TICK)));
  }

  /**
   * Means of a minute from the texts: each scrape's reading weighs the seconds since the scrape before it.
   *
   * @param times of the scrapes, some before the minute, milliseconds since 1970
   */
  means(host: string, uuid: string, times: readonly number[], minute: number): Reading {
    const sums = { seconds: 0, utilization: 0, powerWatts: 0, temperatureCelsius: 0 };
    for (const [place, at] of times.entries()) {
      const before = times[place - 1];
      if (at < minute || before === undefined) continue;
      const text = this.#texts.get(host)?.get(Math.floor(at / TICK));
      if (text === undefined) throw new Error(`nothing recorded of ${host} at ${new Date(at).toISOString()}`);
      const reading = readExposition(text, uuid);
      const seconds = (at - before) / 1_000;
      sums.seconds += seconds;
      sums.utilization += reading.utilization * seconds;
      sums.powerWatts += reading.powerWatts * seconds;
      sums.temperatureCelsius += reading.temperatureCelsius * seconds;
    }
    return {
      utilization: sums.utilization / sums.seconds,
      powerWatts: sums.powerWatts / sums.seconds,
      temperatureCelsius: sums.temperatureCelsius / sums.seconds,
    };
  }

  async #look(): Promise<void> {
    const tick = tickNow();
    if (tick === undefined) return;
    await Promise.all(
      this.hosts.map(async (host) => {
        if (this.#texts.get(host)?.has(tick)) return;
        try {
          const response = await fetch(`${this.#url}/${host}/metrics`);
          const text = await response.text();
          if (tickNow() !== tick) return; // it may show the next tick
          this.#texts.get(host)?.set(tick, text);
          this.#since ??= Date.now();
        } catch {
          // the fleet isn't up yet
        }
      }),
    );
  }
}

/** The tick that all readings of this moment are of; undefined too near to a change. */
function tickNow(): number | undefined {
  const now = Date.now();
  const phase = now % TICK;
  return phase < MARGIN || phase > TICK - MARGIN ? undefined : Math.floor(now / TICK);
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
