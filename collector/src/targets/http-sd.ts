import { BaseError, messageOf } from "#kernel/errors.ts";
import { ScrapeFailure } from "../parse/limits.ts";
import type { Access } from "../scrape/access.ts";
import type { Fetcher } from "../scrape/fetcher.ts";
import { parseJson } from "./file-sd.ts";
import { checkGroups, type TargetGroup } from "./group.ts";

/** The longest list that is read. */
const MAX_BYTES = 8 * 1_048_576;
const MAX_WAIT_MS = 30_000;

/** A server that lists targets. */
export interface HttpSource {
  url: string;
  refreshMs: number;
}

/**
 * Asks a server for its targets once, as Prometheus' http_sd has it: 200 and JSON, no redirects.
 *
 * @throws BaseError `HTTP_SD` or `BAD_TARGETS`, saying what is wrong with the answer
 */
export async function askHttpSd(
  { url, refreshMs }: HttpSource,
  fetcher: Fetcher,
  access: Access | undefined,
): Promise<TargetGroup[]> {
  const where = nameHttpSd(url);
  const headers = {
    accept: "application/json",
    "x-prometheus-refresh-interval-seconds": formatSeconds(refreshMs),
  };
  const options = { timeoutMs: Math.min(refreshMs, MAX_WAIT_MS), bodyBytes: MAX_BYTES, access, headers };
  const { text, contentType } = await fetcher.fetch(url, options).catch((error: unknown) => {
    const reason = error instanceof ScrapeFailure ? `${error.reason}: ` : "";
    throw new BaseError("HTTP_SD", `${where}: ${reason}${messageOf(error)}`, { isRetryable: true, cause: error });
  });
  if (!/^application\/json(;\s*charset="?utf-8"?)?$/.test(contentType)) {
    throw new BaseError("HTTP_SD", `${where}: answered as "${contentType.slice(0, 100)}", not as application/json`);
  }
  return checkGroups(parseJson(text, where), where);
}

/** How a server is named in faults: by its address as it may be shown, as a query may hold a token. */
export function nameHttpSd(url: string): string {
  const { origin, pathname } = new URL(url);
  return `http_sd ${origin}${pathname}`;
}

const formatSeconds = (ms: number): string => String(ms / 1_000);
