import type { Logger } from "#kernel/log.ts";
import type { Registry } from "#kernel/metrics.ts";
import type { Step } from "./source/types.ts";

/** How to run an indexer. */
export interface IndexerOptions {
  /** path of the built manifest, `build/subgraph.yaml` */
  readonly manifestPath: string;
  readonly rpcUrl: string;
  readonly databaseUrl: string;
  /** stop after this block */
  readonly until?: number;
  /** schema for views over the current deployment, e.g. `chain`; without it none are made */
  readonly viewsSchema?: string;
  /** the name that deployments of later builds share */
  readonly name?: string;
  /** index also where the chain's id isn't that of the manifest's network, as on a local chain that plays another */
  readonly anyNetwork?: boolean;
  /** pause between two looks at the chain's head */
  readonly pollMs?: number;
  /** blocks behind the head that may change; by default those above the node's `finalized` block */
  readonly reorgWindow?: number;
  /** undo every block above this one before going on: the way out of a reorg deeper than the window */
  readonly rewindTo?: number;
  /** memory for entities */
  readonly cacheBytes?: number;
  /** entity changes gathered before they are written, when far from the head; 80,000 by default */
  readonly batchChanges?: number;
  readonly signal: AbortSignal;
  readonly logger: Logger;
  readonly registry?: Registry;
  /** times handlers, host functions and phases, for `Indexer.profile` */
  readonly hasProfile?: boolean;
  /** called once it is open: it follows the chain from here on */
  readonly onReady?: () => void;
  /** told of each step once it is in the database */
  readonly onStep?: (step: IndexedStep) => void;
}

/** A step that is in the database; blocks of one flush are told one after the other. */
export type IndexedStep =
  | {
      readonly type: "block";
      readonly number: number;
      readonly hash: string;
      readonly touched: readonly TouchedEntity[];
    }
  | Exclude<Step, { type: "block" }>;

/** An entity that a block changed. */
export interface TouchedEntity {
  readonly type: string;
  readonly id: string;
}

/** How a run ended. */
export interface IndexerResult {
  /** `reached`: the block of `until`; `stopped`: by the signal; `failed`: by a fault, see health */
  readonly status: "reached" | "stopped" | "failed";
  readonly block: number;
}

export const DEFAULT_BATCH_CHANGES = 80_000;
export const DEFAULT_POLL_MS = 200;
export const DEFAULT_NAME = "subgraph";
