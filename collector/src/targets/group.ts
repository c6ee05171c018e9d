import { BaseError } from "#kernel/errors.ts";
import type { Access } from "../scrape/access.ts";
import { MAX_INTERVAL_MS, MIN_INTERVAL_MS, MIN_TIMEOUT_MS, scheduleWith, type Schedule } from "../scrape/schedule.ts";
import { formatDuration, parseDuration } from "./duration.ts";
import { MAX_TARGETS, type Target } from "./target.ts";

/** Targets with common labels, as Prometheus lists them. */
export interface TargetGroup {
  targets: readonly string[];
  labels: Readonly<Record<string, string>>;
}

/** What a job says of its targets, where they say nothing else. */
export interface JobDefaults {
  /** undefined for a list that belongs to no job */
  name?: string;
  scheme: "http" | "https";
  metricsPath: string;
  params: Readonly<Record<string, readonly string[]>>;
  /** undefined: the collector's */
  schedule?: Schedule | undefined;
  access?: Access | undefined;
}

/** For a list that belongs to no job. */
export const NO_JOB: JobDefaults = { scheme: "http", metricsPath: "/metrics", params: {} };

/**
 * Checks the shape of a list, whatever it was written in.
 *
 * @param where named in errors
 * @throws BaseError `BAD_TARGETS` naming the entry
 */
export function checkGroups(list: unknown, where: string): TargetGroup[] {
  if (!Array.isArray(list)) throw badTargets(where, "must be a list of { targets, labels }");
  const groups = list.map((group: unknown, index) => checkGroup(group, where, `entry ${index + 1}`));
  const count = groups.reduce((sum, { targets }) => sum + targets.length, 0);
  if (count > MAX_TARGETS) throw badTargets(where, `has ${count} targets, but at most ${MAX_TARGETS} are taken`);
  return groups;
}

function checkGroup(group: unknown, where: string, entry: string): TargetGroup {
  if (!isObject(group)) throw badTargets(where, `${entry} must be an object`);
  const { targets, labels, ...rest } = group;
  const unknown = Object.keys(rest)[0];
  if (unknown !== undefined)
    throw badTargets(where, `${entry} has "${unknown}", but only targets and labels are known`);
  if (!Array.isArray(targets) || !targets.every((target) => typeof target === "string")) {
    throw badTargets(where, `${entry}: targets must be a list of "host:port"`);
  }
  const given = labels ?? {};
  if (!isObject(given) || !Object.values(given).every((value) => typeof value === "string")) {
    throw badTargets(where, `${entry}: labels must be texts by name`);
  }
  return { targets, labels: given as Record<string, string> };
}

/**
 * Makes targets of groups. `__scheme__`, `__metrics_path__`, `__scrape_interval__`, `__scrape_timeout__` and
 * `__param_*` are honored; a target listed twice counts once, its later labels over the earlier.
 *
 * @throws BaseError `BAD_TARGETS` naming the entry
 */
export function targetsOf(groups: readonly TargetGroup[], job: JobDefaults, base: Schedule, where: string): Target[] {
  const targets = new Map<string, Target>();
  groups.forEach((group, index) => {
    const fail = (message: string, hints?: string[]): never => {
      throw badTargets(where, `entry ${index + 1}: ${message}`, hints);
    };
    const common = commonOf(group, job, base, fail);
    for (const address of group.targets) {
      const url = urlOf(address, group.labels, job, fail);
      targets.set(url, { ...common, url, labels: { ...targets.get(url)?.labels, ...common.labels } });
    }
  });
  return [...targets.values()];
}

type Fail = (message: string, hints?: string[]) => never;

function commonOf({ labels }: TargetGroup, job: JobDefaults, base: Schedule, fail: Fail): Omit<Target, "url"> {
  const kept = Object.entries(labels).filter(([name]) => !name.startsWith("__"));
  const own = {
    intervalMs: durationOf(labels, "__scrape_interval__", MIN_INTERVAL_MS, fail),
    timeoutMs: durationOf(labels, "__scrape_timeout__", MIN_TIMEOUT_MS, fail),
  };
  const schedule = scheduleWith(job.schedule ?? base, own);
  return {
    labels: { ...(job.name !== undefined && { job: job.name }), ...Object.fromEntries(kept) },
    ...(schedule !== base && { schedule }),
    ...(job.access && { access: job.access }),
  };
}

function durationOf(labels: TargetGroup["labels"], name: string, minMs: number, fail: Fail): number | undefined {
  const text = labels[name];
  if (text === undefined || text === "") return undefined;
  const ms = parseDuration(text);
  if (ms !== undefined && ms >= minMs && ms <= MAX_INTERVAL_MS) return ms;
  return fail(`${name} is "${text}", but must be a duration from ${formatDuration(minMs)} to 5m`);
}

function urlOf(address: string, labels: TargetGroup["labels"], job: JobDefaults, fail: Fail): string {
  const scheme = labels["__scheme__"] ?? job.scheme;
  const path = labels["__metrics_path__"] ?? job.metricsPath;
  if (scheme !== "http" && scheme !== "https") fail("__scheme__ must be http or https");
  if (!path.startsWith("/")) fail('__metrics_path__ must begin with "/"');
  if (/[/@?#\\\s]/.test(address) || !URL.canParse(`${scheme}://${address}${path}`)) {
    fail(`"${address}" is no "host:port"`, [
      'write host and port only; "__scheme__" and "__metrics_path__" in labels say the rest',
    ]);
  }
  const url = new URL(`${scheme}://${address}${path}`);
  for (const [name, value] of paramsOf(labels, job)) url.searchParams.append(name, value);
  return url.href;
}

/** A label `__param_x` stands for the first of the job's values of x. In the order of names, as the URL is an identity. */
function paramsOf(labels: TargetGroup["labels"], { params }: JobDefaults): [string, string][] {
  const all = new Map(Object.entries(params));
  for (const [label, value] of Object.entries(labels)) {
    const name = label.startsWith("__param_") ? label.slice("__param_".length) : "";
    if (name !== "") all.set(name, [value, ...(all.get(name)?.slice(1) ?? [])]);
  }
  return [...all]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, values]) => values.map((value): [string, string] => [name, value]));
}

/** The error for a list of targets. */
export function badTargets(where: string, message: string, hints: string[] = []): BaseError {
  return new BaseError("BAD_TARGETS", `${where}: ${message}`, {
    hints: [...hints, 'the shape is [{ "targets": ["10.0.0.7:9400"], "labels": { "operator": "1" } }]'],
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
