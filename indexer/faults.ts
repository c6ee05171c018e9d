import { types } from "node:util";
import { BaseError, messageOf } from "#kernel/errors.ts";
import { MappingError } from "./host/errors.ts";
import type { BlockOutcome } from "./runner/run-block.ts";
import { ChainMoved } from "./source/retry.ts";
import type { BlockRef } from "./source/types.ts";

/** Classes of PostgreSQL's codes that tell of bad data, broken constraints, bad statements and limits: again the same. */
const HOPELESS = /^(22|23|42|54)/;

/** PostgreSQL's code for what the role may not do. */
const NO_RIGHTS = "42501";

/** Where and why a subgraph failed. */
export interface SubgraphFault {
  readonly block: number;
  /** `undefined` when it is what the block does to the store as a whole */
  readonly handler: string | undefined;
  readonly reason: string;
}

/** A subgraph can't go on beyond a block; the fault is its own. */
export class SubgraphFailed extends BaseError {
  readonly fault: SubgraphFault;

  constructor(fault: SubgraphFault) {
    const what = fault.handler === undefined ? "the subgraph" : `handler ${fault.handler}`;
    super("SUBGRAPH_FAILED", `${what} failed at block ${fault.block}: ${messageOf(fault.reason)}`, {
      hints: ["correct the mapping, build and deploy again", "the reason is kept in subgraphs.subgraph_error"],
    });
    this.fault = fault;
  }
}

/** A fault that may pass, as a subgraph's if a mapping raised it. */
export function faultAt(block: BlockRef, error: Error): SubgraphFailed | undefined {
  if (!(error instanceof MappingError)) return undefined;
  return new SubgraphFailed({ block: block.number, handler: error.handler, reason: error.message });
}

/** Faults of mappings that graph-node retries, and those of the database; ours and bugs aren't. */
export function mayPass(error: unknown): error is Error {
  if (error instanceof BaseError || error instanceof ChainMoved || !isError(error)) return false;
  if (error instanceof MappingError) return true;
  const { code } = error as { code?: unknown };
  if (typeof code === "string") return !HOPELESS.test(code);
  return /connection|timeout/i.test(error.message);
}

/** Whether the database refused rows because others have their keys. */
export function isDuplicate(error: unknown): error is Error {
  return isError(error) && (error as { code?: unknown }).code === "23505";
}

/** Also of another realm, as Node's own are where code runs in a context of its own. */
function isError(error: unknown): error is Error {
  return types.isNativeError(error);
}

/** What a run ends with when the database will never do `what`; other errors as they are. */
export function hopeless(what: string, error: unknown): unknown {
  const { code } = error as { code?: unknown };
  if (error instanceof BaseError || typeof code !== "string" || !HOPELESS.test(code)) return error;
  if (code === NO_RIGHTS) {
    return new BaseError("DATABASE_RIGHTS", `${what} failed: ${messageOf(error)}`, {
      cause: error,
      hints: ["connect as the role that made the deployments, or give this role its rights: grant <owner> to <role>"],
    });
  }
  return new BaseError("DATABASE_REFUSED", `${what} failed: ${messageOf(error)}`, {
    cause: error,
    hints: [
      "if the deployment's tables were changed or dropped by hand, use an empty database",
      "else this is a bug of the indexer: report it with the subgraph",
    ],
  });
}

/** What a run ends with once a block has failed for good. */
export function failureOf(block: BlockRef, { failures }: Pick<BlockOutcome, "failures">): SubgraphFailed {
  const first = failures[0];
  return new SubgraphFailed({ block: block.number, handler: first?.handler, reason: first?.message ?? "unknown" });
}
