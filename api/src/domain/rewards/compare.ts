import type { Hex } from "./hash/hex.ts";
import type { EpochInputs, EpochResult } from "./types.ts";

/** What oracles committed to on the chain. */
export interface CommittedEpoch {
  readonly linesRoot: Hex;
  readonly claimsRoot: Hex;
  readonly total: bigint;
  readonly inputsHash: Hex;
  readonly methodologyVersion: number;
}

/** Something that isn't the same on two sides; undefined where a side has no such thing. */
export interface Difference {
  /** what it is, in words */
  readonly name: string;
  readonly ours: string | undefined;
  readonly theirs: string | undefined;
}

const COMMITTED = ["methodologyVersion", "inputsHash", "total", "linesRoot", "claimsRoot"] as const;

/** Where a commit differs from what was computed; none: every payment of the epoch is as it must be. */
export function compareCommit(ours: EpochResult, theirs: CommittedEpoch): Difference[] {
  const sides = COMMITTED.map((name) => ({ name, ours: String(ours[name]), theirs: String(theirs[name]) }));
  return sides.filter((side) => side.ours !== side.theirs);
}

/**
 * Where two sides' inputs of an epoch differ, by entry and field, in canonical order: ours first, then what only theirs
 * have.
 *
 * @example [{ name: "pool 1, GPU 7: eligibleSeconds", ours: "86340", theirs: "86400" }]
 */
export function compareInputs(ours: EpochInputs, theirs: EpochInputs): Difference[] {
  const [own, other] = [factsOf(ours), factsOf(theirs)];
  const differences: Difference[] = [];
  for (const name of new Set([...own.keys(), ...other.keys()])) {
    if (own.get(name) !== other.get(name)) differences.push({ name, ours: own.get(name), theirs: other.get(name) });
  }
  return differences;
}

/** Every value of the inputs under a name that says which entry it belongs to. */
function factsOf(inputs: EpochInputs): Map<string, string> {
  const facts = new Map<string, string>();
  const { methodologyVersion, epoch, start, end, budget } = inputs;
  const add = (entry: string, fields: Readonly<Record<string, string | number | bigint>>): void => {
    for (const [field, value] of Object.entries(fields)) facts.set(`${entry}${field}`, String(value));
  };
  add("", { methodologyVersion, epoch, start, end, budget });
  for (const { poolId, operatorId, operatorPayee, shares } of inputs.pools) {
    add(`pool ${poolId}: `, { operatorId, operatorPayee, ...shares });
  }
  for (const { poolId, gpuId, burnedDc, eligibleSeconds, memberSeconds, owners } of inputs.gpus) {
    const entry = `pool ${poolId}, GPU ${gpuId}: `;
    add(entry, { burnedDc, eligibleSeconds, memberSeconds });
    for (const { account, seconds } of owners) facts.set(`${entry}seconds of ${account}`, String(seconds));
  }
  for (const { account, amount } of inputs.previousCumulative) facts.set(`earned before by ${account}`, String(amount));
  return facts;
}
