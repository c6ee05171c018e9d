import { parseArgs } from "node:util";
import { BaseError, messageOf } from "#kernel/errors.ts";

/** What a benchmark may be told. */
export interface BenchFlags {
  /** sides to run, by how their names begin, with commas between */
  readonly only?: string;
  /** runs of each side */
  readonly runs?: number;
  /** whether V8's profiles of our own sides are kept, and the slowest statements shown */
  readonly profile: boolean;
  /** URL of a running network's GraphQL API */
  readonly api?: string;
  /** URL of a running network's database */
  readonly database?: string;
}

/**
 * Reads the command line: names of benchmarks, and flags.
 *
 * @throws BaseError `BAD_FLAG`
 */
export function readFlags(args: readonly string[]): { names: readonly string[]; flags: BenchFlags } {
  const { positionals, values } = parse(args);
  const { only, runs, profile = false, api, database } = values;
  if (runs !== undefined && !/^[1-9]\d?$/.test(runs)) {
    throw new BaseError("BAD_FLAG", `--runs is "${runs}", which is no number from 1 to 99`);
  }
  const flags = {
    profile,
    ...(only === undefined ? {} : { only }),
    ...(api === undefined ? {} : { api }),
    ...(database === undefined ? {} : { database }),
    ...(runs === undefined ? {} : { runs: Number(runs) }),
  };
  return { names: positionals, flags };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        only: { type: "string" },
        runs: { type: "string" },
        profile: { type: "boolean" },
        api: { type: "string" },
        database: { type: "string" },
      },
    });
  } catch (error) {
    throw new BaseError("BAD_FLAG", messageOf(error), {
      hints: ["flags: --only <sides>, --runs <count>, --profile, --api <url>, --database <url>"],
    });
  }
}
