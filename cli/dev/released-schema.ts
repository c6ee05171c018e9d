import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { buildSchema, findBreakingChanges } from "graphql";

/** A release's version as numbers. */
type Version = readonly [major: number, minor: number, patch: number];

/** A schema as a release published it. */
export interface ReleasedSchema {
  file: string;
  version: string;
  text: string;
}

/** The file that keeps a release's schema. */
export const releasedFile = (version: string): string => `schema-${version}.graphql`;

/** The newest release's schema in a folder of `schema-<version>.graphql`; nothing before the first. */
export function lastRelease(dir: string): ReleasedSchema | undefined {
  const names = existsSync(dir) ? readdirSync(dir) : [];
  const [newest] = names
    .flatMap((file) => {
      const version = /^schema-(\d+\.\d+\.\d+)\.graphql$/.exec(file)?.[1];
      return version === undefined ? [] : [{ file, version }];
    })
    .sort((a, b) => compare(parse(b.version), parse(a.version)));
  return newest && { ...newest, text: readFileSync(join(dir, newest.file), "utf8") };
}

/**
 * What clients of the last release would find broken, a sentence each; nothing where the version says that it breaks them:
 * another major one, or another minor one while the major is 0.
 *
 * @param version of what is published next, as in package.json
 */
export function brokenPromises(released: ReleasedSchema, schema: string, version: string): string[] {
  if (mayBreak(parse(released.version), parse(version))) return [];
  return findBreakingChanges(buildSchema(released.text), buildSchema(schema)).map(
    ({ description }) => `${description} (since ${released.version})`,
  );
}

function mayBreak(from: Version, to: Version): boolean {
  return to[0] > from[0] || (to[0] === 0 && from[0] === 0 && to[1] > from[1]);
}

function parse(version: string): Version {
  const [major = 0, minor = 0, patch = 0] = version.split(".").map((part) => Number.parseInt(part, 10));
  return [major, minor, patch];
}

function compare(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}
