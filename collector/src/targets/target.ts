import type { Access } from "../scrape/access.ts";
import type { Schedule } from "../scrape/schedule.ts";

/** One exporter endpoint. */
export interface Target {
  /** its identity, e.g. "http://10.0.0.7:9400/metrics" */
  readonly url: string;
  /** labels of the list it stands in, without those that begin with two underscores, and its job's name */
  readonly labels: Readonly<Record<string, string>>;
  /** when it is scraped; the collector's own schedule when left out */
  readonly schedule?: Schedule;
  /** credentials and TLS; none when left out */
  readonly access?: Access;
}

/** What there is to scrape now, and what is wrong with where that was read. */
export interface TargetList {
  readonly targets: readonly Target[];
  /** lists and files that can't be read or are malformed: the last good one of each is in force */
  readonly faults: readonly string[];
  /** what is right, but perhaps not meant */
  readonly warnings: readonly string[];
}

/** Targets of one list; more are refused as a mistake. */
export const MAX_TARGETS = 50_000;
