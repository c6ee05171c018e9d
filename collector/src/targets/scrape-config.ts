import { dirname, resolve } from "node:path";
import { BaseError, messageOf } from "#kernel/errors.ts";
import { MAX_INTERVAL_MS, MIN_INTERVAL_MS, MIN_TIMEOUT_MS, scheduleWith, type Schedule } from "../scrape/schedule.ts";
import { readCredentials, type Credentials } from "./credentials.ts";
import { isFilePattern } from "./glob.ts";
import { targetsOf, type JobDefaults, type TargetGroup } from "./group.ts";
import type { HttpSource } from "./http-sd.ts";
import { YamlFile, type Section } from "./section.ts";
import { UNSUPPORTED_AT_TOP, UNSUPPORTED_GLOBALLY, UNSUPPORTED_IN_JOB } from "./unsupported.ts";

/** A job: where its targets are listed, and how they are scraped. */
export interface JobConfig {
  name: string;
  defaults: Omit<JobDefaults, "access">;
  credentials: Credentials;
  groups: readonly TargetGroup[];
  filePatterns: readonly string[];
  httpSources: readonly (HttpSource & { credentials: Credentials })[];
}

const MINUTE = 60_000;
const HTTP_SD_REFRESH = { usual: MINUTE, min: 1_000, max: 24 * 60 * MINUTE };

/**
 * Reads `scrape_configs` of a file in the shape of prometheus.yml.
 *
 * @param path names the file in errors; other files are relative to its folder
 * @param base schedule where the file says nothing
 * @throws BaseError `BAD_SCRAPE_CONFIG` with every fault and its line as a hint; no secret is shown
 */
export function parseScrapeConfig(text: string, path: string, base: Schedule): JobConfig[] {
  const file = new YamlFile(text);
  const root = file.root();
  const jobs = root ? readJobs(root, dirname(path), base) : [];
  const count = file.faults.length;
  if (count === 0) return jobs;
  throw new BaseError("BAD_SCRAPE_CONFIG", `scrape configuration ${path} has ${count} fault${count > 1 ? "s" : ""}`, {
    hints: file.faults,
  });
}

function readJobs(root: Section, dir: string, base: Schedule): JobConfig[] {
  const global = root.section("global");
  const schedule = global ? readSchedule(global, base) : base;
  global?.end(UNSUPPORTED_GLOBALLY);
  const sections = root.sections("scrape_configs");
  if (sections.length === 0 && !root.isFaulty) root.fault("scrape_configs", "must list at least one job");
  const names = new Set<string>();
  const jobs = sections.map((section) => {
    const job = readJob(section, dir, schedule);
    if (names.has(job.name)) section.fault("job_name", `"${job.name}" is another job's too`);
    names.add(job.name);
    return job;
  });
  root.end(UNSUPPORTED_AT_TOP);
  return jobs;
}

function readJob(section: Section, dir: string, base: Schedule): JobConfig {
  const name = section.text("job_name") ?? "";
  if (name === "") section.fault("job_name", "is missing");
  const scheme = section.word("scheme", ["http", "https"]) ?? "http";
  const metricsPath = section.text("metrics_path") ?? "/metrics";
  if (!metricsPath.startsWith("/")) section.fault("metrics_path", 'must begin with "/"');
  const schedule = readSchedule(section, base);
  const credentials = readCredentials(section, dir);
  if (scheme === "http") refusePlain(section, credentials, "its targets", "scheme: https");
  if (section.flag("follow_redirects") === true)
    section.fault("follow_redirects", "isn't supported: redirects are never followed");
  const defaults = { name, scheme, metricsPath, params: readParams(section), schedule };
  const job = {
    name,
    defaults,
    credentials,
    groups: section.sections("static_configs").map((group) => readGroup(group, defaults, schedule)),
    filePatterns: section.sections("file_sd_configs").flatMap((sd) => readFilePatterns(sd, dir)),
    httpSources: section.sections("http_sd_configs").flatMap((sd) => readHttpSource(sd, dir)),
  };
  section.end(UNSUPPORTED_IN_JOB);
  return job;
}

function readSchedule(section: Section, base: Schedule): Schedule {
  const intervalMs = section.duration("scrape_interval", MIN_INTERVAL_MS, MAX_INTERVAL_MS);
  const timeoutMs = section.duration("scrape_timeout", MIN_TIMEOUT_MS, MAX_INTERVAL_MS);
  const longest = intervalMs ?? base.intervalMs;
  if (timeoutMs !== undefined && timeoutMs > longest) {
    section.fault("scrape_timeout", `must be at most the scrape_interval, ${longest / 1_000}s`);
  }
  return scheduleWith(base, { intervalMs, timeoutMs });
}

function refusePlain(
  section: Section,
  { authorization, allowsPlainHttp }: Credentials,
  whom: string,
  mend: string,
): void {
  if (authorization === undefined || allowsPlainHttp) return;
  section.fault(
    "",
    `would send its secret to ${whom} over plain http: write ${mend}, or allow_plain_http: true if it may`,
  );
}

function readParams(section: Section): Record<string, string[]> {
  const params = section.section("params");
  return Object.fromEntries((params?.keys() ?? []).map((key) => [key, params?.texts(key) ?? []]));
}

function readGroup(section: Section, defaults: JobDefaults, schedule: Schedule): TargetGroup {
  const targets = section.texts("targets");
  const labels = section.section("labels");
  section.end();
  const texts = (labels?.keys() ?? []).map((key) => [key, labels?.text(key) ?? ""] as const);
  const group = { targets, labels: Object.fromEntries(texts) };
  try {
    targetsOf([group], defaults, schedule, "");
  } catch (error) {
    section.fault("", messageOf(error).replace(/^: entry 1: /, "is refused: "));
  }
  return group;
}

function readFilePatterns(section: Section, dir: string): string[] {
  const patterns = section.texts("files");
  if (patterns.length === 0) section.fault("files", "must name at least one file");
  for (const pattern of patterns) {
    if (!isFilePattern(pattern)) {
      section.fault("files", `has "${pattern}", but must end in .json, .yml or .yaml, with * in its last part only`);
    }
  }
  section.duration("refresh_interval", 1_000, HTTP_SD_REFRESH.max); // files are looked at every second
  section.end();
  return patterns.map((pattern) => resolve(dir, pattern));
}

function readHttpSource(section: Section, dir: string): (HttpSource & { credentials: Credentials })[] {
  const text = section.text("url") ?? "";
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isHttp = url !== undefined && ["http:", "https:"].includes(url.protocol);
  if (!isHttp) section.fault("url", "must be a URL that begins with http:// or https://");
  const hasUser = isHttp && (url.username !== "" || url.password !== "");
  if (hasUser) section.fault("url", "holds a user or password: write them as basic_auth");
  const { usual, min, max } = HTTP_SD_REFRESH;
  const refreshMs = section.duration("refresh_interval", min, max) ?? usual;
  const credentials = readCredentials(section, dir);
  if (url?.protocol === "http:") refusePlain(section, credentials, "that server", "an https:// url");
  if (section.flag("follow_redirects") === true)
    section.fault("follow_redirects", "isn't supported: redirects are never followed");
  section.end(UNSUPPORTED_IN_JOB);
  return isHttp && !hasUser ? [{ url: url.href, refreshMs, credentials }] : [];
}
