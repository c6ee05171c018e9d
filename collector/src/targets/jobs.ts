import { readFile } from "node:fs/promises";
import { BaseError, messageOf } from "#kernel/errors.ts";
import { loadAccess, type Access } from "../scrape/access.ts";
import type { Schedule } from "../scrape/schedule.ts";
import { filesOf, type Credentials } from "./credentials.ts";
import { NO_JOB } from "./group.ts";
import { parseScrapeConfig, type JobConfig } from "./scrape-config.ts";

/** Where it is said what to scrape: a file in the shape of prometheus.yml, a file_sd file, or both. */
export interface TargetPlaces {
  scrapeConfig?: string | undefined;
  targetsFile?: string | undefined;
  /** where they say nothing */
  schedule: Schedule;
}

/** A job with its credentials in force. */
export interface Job {
  config: JobConfig;
  access: Access | undefined;
  /** of its http_sd servers, by URL */
  accessOfUrl: ReadonlyMap<string, Access | undefined>;
}

/** The job of a file_sd file that stands alone. */
function loneJob(targetsFile: string): JobConfig {
  const tls = {
    caFile: undefined,
    certFile: undefined,
    keyFile: undefined,
    serverName: undefined,
    isUnverified: false,
  };
  return {
    name: "",
    defaults: NO_JOB,
    credentials: { authorization: undefined, tls, allowsPlainHttp: false },
    groups: [],
    filePatterns: [targetsFile],
    httpSources: [],
  };
}

/**
 * Reads what there is to do, without credentials.
 *
 * @throws BaseError `NO_SCRAPE_CONFIG` or `BAD_SCRAPE_CONFIG`
 */
export async function readJobs({ scrapeConfig, targetsFile, schedule }: TargetPlaces): Promise<JobConfig[]> {
  const lone = targetsFile === undefined ? [] : [loneJob(targetsFile)];
  if (scrapeConfig === undefined) return lone;
  const text = await readFile(scrapeConfig, "utf8").catch((error: unknown) => {
    throw new BaseError("NO_SCRAPE_CONFIG", `scrape configuration ${scrapeConfig} can't be read: ${messageOf(error)}`, {
      hints: ["set SCRAPE_CONFIG to a file in the shape of prometheus.yml"],
      cause: error,
    });
  });
  return [...lone, ...parseScrapeConfig(text, scrapeConfig, schedule)];
}

/** Every file that the credentials of such jobs are read from. */
export function secretFilesOf(configs: readonly JobConfig[]): string[] {
  return configs.flatMap(({ credentials, httpSources }) =>
    [credentials, ...httpSources.map((source) => source.credentials)].flatMap(filesOf),
  );
}

/**
 * Reads the files of the jobs' credentials. What hasn't changed stays the same object, so that connections live on; what
 * can't be read stays as it was.
 *
 * @returns the jobs, and what is wrong
 * @throws BaseError `BAD_SCRAPE_CONFIG` with every fault of credentials that have no former state to go on with
 */
export async function loadJobs(
  configs: readonly JobConfig[],
  before: readonly Job[],
): Promise<{ jobs: Job[]; faults: string[] }> {
  const [faults, fatal]: [string[], string[]] = [[], []];
  const load = async (
    credentials: Credentials,
    known: Access | undefined,
    whose: string,
  ): Promise<Access | undefined> => {
    try {
      const read = await loadAccess(credentials);
      return known && read?.isSame(known) ? known : read;
    } catch (error) {
      (known ? faults : fatal).push(`${whose}: ${messageOf(error)}`);
      return known;
    }
  };
  const jobs: Job[] = [];
  for (const config of configs) {
    const old = before.find(({ config: { name } }) => name === config.name);
    const access = await load(config.credentials, old?.access, `job ${config.name}`);
    const accessOfUrl = new Map<string, Access | undefined>();
    for (const { url, credentials } of config.httpSources) {
      const whose = `job ${config.name}, http_sd_configs`;
      accessOfUrl.set(url, await load(credentials, old?.accessOfUrl.get(url), whose));
    }
    jobs.push({ config, access, accessOfUrl });
  }
  if (fatal.length === 0) return { jobs, faults };
  throw new BaseError("BAD_SCRAPE_CONFIG", "credentials of the scrape configuration can't be read", { hints: fatal });
}

/** What is wrong, on one line. */
export function describeFault(error: unknown): string {
  const details = error instanceof BaseError && error.code === "BAD_SCRAPE_CONFIG" ? error.hints : [];
  return [messageOf(error), ...details].join("; ");
}
