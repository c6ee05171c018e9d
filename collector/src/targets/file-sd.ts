import { BaseError, messageOf } from "#kernel/errors.ts";
import type { Target } from "./target.ts";

/**
 * Reads a list of targets in Prometheus' `file_sd` JSON shape. `__scheme__` and `__metrics_path__` are honored; a
 * target listed twice counts once, its later labels over the earlier.
 *
 * @param where named in errors, e.g. the file's path
 * @throws BaseError `BAD_TARGETS` naming the entry
 * @example [{ "targets": ["10.0.0.7:9400"], "labels": { "operator": "1", "__metrics_path__": "/metrics" } }]
 */
export function parseFileSd(text: string, where: string): Target[] {
  let groups: unknown;
  try {
    groups = JSON.parse(text);
  } catch (error) {
    throw badTargets(where, `is no JSON: ${messageOf(error)}`);
  }
  if (!Array.isArray(groups)) throw badTargets(where, "must be a list of { targets, labels }");
  const targets = new Map<string, Target>();
  groups.forEach((group: unknown, index) => {
    for (const target of parseGroup(group, where, `entry ${index + 1}`)) {
      targets.set(target.url, { url: target.url, labels: { ...targets.get(target.url)?.labels, ...target.labels } });
    }
  });
  return [...targets.values()];
}

function parseGroup(group: unknown, where: string, entry: string): Target[] {
  if (!isObject(group)) throw badTargets(where, `${entry} must be an object`);
  const { targets, labels = {}, ...rest } = group;
  const unknown = Object.keys(rest)[0];
  if (unknown !== undefined)
    throw badTargets(where, `${entry} has "${unknown}", but only targets and labels are known`);
  if (!Array.isArray(targets) || !targets.every((target) => typeof target === "string")) {
    throw badTargets(where, `${entry}: targets must be a list of "host:port"`);
  }
  if (!isObject(labels) || !Object.values(labels).every((value) => typeof value === "string")) {
    throw badTargets(where, `${entry}: labels must be texts by name`);
  }
  const texts = labels as Record<string, string>;
  const kept = Object.fromEntries(Object.entries(texts).filter(([name]) => !name.startsWith("__")));
  return targets.map((address: string) => ({ url: targetUrl(address, texts, where, entry), labels: kept }));
}

function targetUrl(address: string, labels: Record<string, string>, where: string, entry: string): string {
  const scheme = labels["__scheme__"] ?? "http";
  const path = labels["__metrics_path__"] ?? "/metrics";
  if (scheme !== "http" && scheme !== "https") throw badTargets(where, `${entry}: __scheme__ must be http or https`);
  if (!path.startsWith("/")) throw badTargets(where, `${entry}: __metrics_path__ must begin with "/"`);
  if (/[/@?#\\\s]/.test(address) || !URL.canParse(`${scheme}://${address}${path}`)) {
    throw badTargets(where, `${entry}: "${address}" is no "host:port"`, [
      'write host and port only; "__scheme__" and "__metrics_path__" in labels say the rest',
    ]);
  }
  return new URL(`${scheme}://${address}${path}`).href;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function badTargets(where: string, what: string, hints: readonly string[] = []): BaseError {
  return new BaseError("BAD_TARGETS", `target file ${where}: ${what}`, {
    hints: [...hints, 'the shape is [{ "targets": ["host:port"], "labels": { "name": "value" } }]'],
  });
}
