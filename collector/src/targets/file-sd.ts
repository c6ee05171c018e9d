import { readFile, stat } from "node:fs/promises";
import { parse } from "yaml";
import { BaseError, messageOf } from "#kernel/errors.ts";
import { scheduleEvery } from "../scrape/schedule.ts";
import { badTargets, checkGroups, NO_JOB, targetsOf, type TargetGroup } from "./group.ts";
import type { Target } from "./target.ts";

/**
 * Reads a target file that must be there and good.
 *
 * @throws BaseError `NO_TARGETS_FILE` if it can't be read, `BAD_TARGETS` if it is malformed
 */
export async function readTargetsFile(path: string): Promise<Target[]> {
  return parseFileSd(await readTargetsText(path), path);
}

/** The longest list that is read: more than its targets could take. */
const MAX_BYTES = 16 * 1_048_576;

/** @throws BaseError `NO_TARGETS_FILE`, or `BAD_TARGETS` for one that is too long */
export async function readTargetsText(path: string): Promise<string> {
  const size = await stat(path).then(
    (file) => file.size,
    () => 0,
  );
  if (size > MAX_BYTES) throw badTargets(`target file ${path}`, `has ${size} bytes, but at most ${MAX_BYTES} are read`);
  return readFile(path, "utf8").catch((error: unknown) => {
    throw new BaseError("NO_TARGETS_FILE", `target file ${path} cannot be read: ${messageOf(error)}`, {
      hints: ["set TARGETS_FILE to a Prometheus file_sd file"],
      cause: error,
    });
  });
}

/**
 * Reads a list of targets in Prometheus' `file_sd` shape: YAML if its name says so, else JSON. `__scheme__`, `__metrics_path__` and their like are
 * honored; a target listed twice counts once, its later labels over the earlier.
 *
 * @param where named in errors, e.g. the file's path
 * @throws BaseError `BAD_TARGETS` naming the entry
 * @example [{ "targets": ["10.0.0.7:9400"], "labels": { "operator": "1", "__metrics_path__": "/metrics" } }]
 */
export function parseFileSd(text: string, where: string): Target[] {
  return targetsOf(readGroups(text, where), NO_JOB, scheduleEvery(10), `target file ${where}`);
}

/**
 * Reads the groups of a target file: YAML if its name says so, else JSON.
 *
 * @throws BaseError `BAD_TARGETS` naming the entry
 */
export function readGroups(text: string, path: string): TargetGroup[] {
  const name = `target file ${path}`;
  return checkGroups(/\.ya?ml$/i.test(path) ? parseYaml(text, name) : parseJson(text, name), name);
}

/** @throws BaseError `BAD_TARGETS` */
export function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badTargets(where, `is no JSON: ${messageOf(error)}`);
  }
}

function parseYaml(text: string, where: string): unknown {
  try {
    // An empty file lists nothing, as Prometheus has it.
    return (parse(text) as unknown) ?? [];
  } catch (error) {
    throw badTargets(where, `is no YAML: ${messageOf(error)}`);
  }
}
