import { COLUMNS, type Generation } from "./metrics.ts";
import { ExpositionParser } from "./parse/exposition.ts";
import { DEFAULT_LIMITS } from "./parse/limits.ts";
import type { GpuRow, ParseResult, Rejected } from "./parse/result.ts";
import { Fetcher, type Answer } from "./scrape/fetcher.ts";
import { readAnswer } from "./scrape/scrape.ts";

/** As long as a scrape may take at the most. */
const TIMEOUT_MS = 10_000;

/** A GPU or MIG slice as it would be stored. */
export interface PreviewedGpu extends Pick<GpuRow, "uuid" | "migId" | "migProfile" | "model" | "labels"> {
  /** by column of `telemetry.sample`; what the body doesn't say is left out */
  values: Record<string, { value: number; unit: string }>;
}

/** What would be stored of a body, and what wouldn't. */
export interface Preview {
  /** in whose names and units the body is */
  generation: Generation;
  /** lines with a sample, kept or not, those of other metrics included */
  sampleCount: number;
  gpus: PreviewedGpu[];
  xids: Omit<ParseResult["events"][number], "kind">[];
  rejects: Rejected[];
  rejectCounts: ParseResult["rejects"];
}

/**
 * Reads an exporter's answer as a scrape does, with every reject.
 *
 * @throws ScrapeFailure where the scrape would fail as a whole
 */
export function previewAnswer(answer: Pick<Answer, "text" | "contentType">): Preview {
  const rejects: Rejected[] = [];
  const read = readAnswer(answer, Date.now(), new ExpositionParser(DEFAULT_LIMITS, rejects));
  return {
    generation: read.generation,
    sampleCount: read.sampleCount,
    gpus: read.rows.map(({ uuid, migId, migProfile, model, labels, values }) => {
      const known = COLUMNS.flatMap(({ column, unit }, place) => {
        const value = values[place] ?? NaN;
        return Number.isNaN(value) ? [] : [[column, { value, unit }] as const];
      });
      return { uuid, migId, migProfile, model, labels, values: Object.fromEntries(known) };
    }),
    xids: read.events.map(({ kind: _, ...xid }) => xid),
    rejects,
    rejectCounts: read.rejects,
  };
}

/**
 * Scrapes a target once, stores nothing, and says what would be stored.
 *
 * @throws ScrapeFailure where the scrape fails
 */
export async function previewUrl(url: string): Promise<Preview> {
  const fetcher = new Fetcher();
  try {
    return previewAnswer(await fetcher.fetch(url, { timeoutMs: TIMEOUT_MS, bodyBytes: DEFAULT_LIMITS.bodyBytes }));
  } finally {
    fetcher.close();
  }
}
