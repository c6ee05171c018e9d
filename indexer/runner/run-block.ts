import type { Logger } from "#kernel/log.ts";
import type { EntityCache, Modification } from "../entities/cache.ts";
import { UndecodableError } from "../abi/words.ts";
import type { DataSourceParameters, Invocation } from "../host/context.ts";
import { DeterministicError, MappingError, Miss } from "../host/errors.ts";
import { NeedsTransaction, type Mapping } from "../host/mapping.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { LogQuery } from "../source/filter.ts";
import type { RunStats } from "../profile/run-stats.ts";
import type { Block, Log } from "../source/types.ts";
import { BlockState, type StateAsker } from "./block-state.ts";
import { dataSourceOfTemplate, type DataSource } from "./data-source.ts";
import { declaredCalls, type LabeledRequest } from "./declared-calls.ts";
import { queriesOf, type Registry } from "./registry.ts";
import { Surroundings, type TransactionReader } from "./surroundings.ts";
import { triggersOf, type Trigger } from "./triggers.ts";

/** A handler's deterministic fault. */
export interface HandlerFailure {
  readonly handler: string;
  readonly message: string;
}

/** What became of a block. */
export interface BlockOutcome {
  readonly block: Block;
  readonly modifications: readonly Modification[];
  /** data sources it made */
  readonly created: readonly DataSource[];
  readonly failures: readonly HandlerFailure[];
  /** the block is dropped because of its failures, and indexing ends with it */
  readonly isFatal: boolean;
  readonly triggerCount: number;
  readonly eventCount: number;
}

/** What running blocks needs. */
export interface BlockRunnerOptions {
  readonly manifest: Manifest;
  readonly mappings: ReadonlyMap<string, Mapping>;
  readonly registry: Registry;
  readonly cache: EntityCache;
  readonly transactions: TransactionReader;
  readonly state: StateAsker;
  /** logs of new data sources in the block being run */
  readonly extend: (block: Block, queries: readonly LogQuery[]) => Promise<Log[]>;
  readonly logger: Logger;
  readonly runs: RunStats;
}

/** Runs the handlers of blocks. */
export class BlockRunner {
  private readonly options: BlockRunnerOptions;
  private readonly surroundings: Surroundings;
  /** the chain's state at the block that is run */
  private state: BlockState;

  constructor(options: BlockRunnerOptions) {
    this.options = options;
    this.surroundings = new Surroundings(options.transactions);
    this.state = new BlockState(options.state, { number: -1, hash: "" });
  }

  /**
   * Runs a block's handlers, then those of the data sources they made, and so on.
   *
   * @throws MappingError for faults that may pass: the block has left no trace and can be run again
   */
  async run(block: Block): Promise<BlockOutcome> {
    const { cache, registry } = this.options;
    cache.beginBlock(block.number, block.time);
    this.state = new BlockState(this.options.state, block);
    const failures: HandlerFailure[] = [];
    const created: DataSource[] = [];
    let counts = { triggers: 0, events: 0 };
    let triggers = triggersOf(block, block.logs, registry.all(), (address) => registry.forAddress(address));
    try {
      for (;;) {
        const requested = await this.runTriggers(block, triggers, failures);
        counts = {
          triggers: counts.triggers + triggers.length,
          events: counts.events + triggers.filter((trigger) => "log" in trigger).length,
        };
        const added = this.instantiate(requested, block);
        if (added.length === 0) break;
        created.push(...added);
        // without events as well: their block handlers may want later blocks of those that were read
        const logs = await this.options.extend(block, queriesOf(added));
        triggers = triggersOf(block, logs, added, (address) =>
          added.filter((source) => source.address === undefined || source.address === address),
        );
      }
      return await this.outcome(block, created, failures, counts);
    } catch (error) {
      registry.removeFrom(block.number);
      throw error;
    }
  }

  private async outcome(
    block: Block,
    created: readonly DataSource[],
    failures: readonly HandlerFailure[],
    counts: { triggers: number; events: number },
  ): Promise<BlockOutcome> {
    const { cache, manifest } = this.options;
    const result = { block, triggerCount: counts.triggers, eventCount: counts.events };
    if (failures.length > 0 && !manifest.features.includes("nonFatalErrors")) {
      return { ...result, ...this.drop(block), failures };
    }
    for (const { type, ids } of cache.missing()) await cache.current.load(type, ids);
    cache.checkImmutable();
    return { ...result, modifications: cache.endBlock(), created, failures, isFatal: false };
  }

  /** Drops a whole block; only its number and the reason are kept. */
  private drop(block: Block): Pick<BlockOutcome, "modifications" | "created" | "isFatal"> {
    const { cache, registry } = this.options;
    registry.removeFrom(block.number);
    cache.beginBlock(block.number, block.time);
    return { modifications: [], created: [], isFatal: true };
  }

  private async runTriggers(
    block: Block,
    triggers: readonly Trigger[],
    failures: HandlerFailure[],
  ): Promise<DataSourceParameters[]> {
    await this.surroundings.prepare(triggers);
    const calls = declaredCalls(triggers);
    if (calls.length > 0) await this.makeDeclaredCalls(block, calls);
    const requested: DataSourceParameters[] = [];
    for (const trigger of triggers) {
      try {
        for (;;) {
          const wait = this.attempt(block, trigger, requested);
          if (!wait) break;
          await wait();
        }
      } catch (error) {
        if (error instanceof MappingError) error.handler = trigger.handler.handler;
        if (!(error instanceof DeterministicError)) throw error;
        this.options.cache.discardHandler(false);
        failures.push({ handler: trigger.handler.handler, message: withTransaction(trigger, error.message) });
      }
    }
    return requested;
  }

  /** Declared calls only save waiting: one that reverts is told of, and the handler that makes it finds the same. */
  private async makeDeclaredCalls(block: Block, calls: readonly LabeledRequest[]): Promise<void> {
    const reverted = new Set(await this.state.warm(calls));
    const labels = calls.filter((call) => reverted.has(call)).map(({ label }) => label);
    if (labels.length > 0) this.options.logger.warn({ block: block.number, labels }, "declared calls reverted");
  }

  /**
   * Runs one handler.
   *
   * @returns how to get what it lacks: then it is undone, and must be run again
   */
  private attempt(
    block: Block,
    trigger: Trigger,
    requested: DataSourceParameters[],
  ): (() => Promise<void>) | undefined {
    const { cache, mappings } = this.options;
    const runs = this.options.runs.of(trigger.handler.handler);
    const { address, context, definition } = trigger.source;
    const mapping = mappings.get(definition.wasmFile) as Mapping;
    const { network, abis } = definition;
    const invocation: Invocation = { address, network, context, abis, state: this.state, created: [], logs: [] };
    cache.beginHandler();
    const startedAt = performance.now();
    try {
      this.call(mapping, block, trigger, invocation);
      cache.commitHandler();
      if (invocation.logs.length > 0) this.tell(trigger, invocation);
      runs.done(performance.now() - startedAt);
      if (invocation.created.length > 0) requested.push(...invocation.created);
      return undefined;
    } catch (error) {
      const wait = this.waitFor(trigger, error);
      if (!wait) {
        runs.failures++;
        this.tell(trigger, invocation);
        throw error;
      }
      runs.replayed(performance.now() - startedAt);
      cache.discardHandler(true);
      return wait === "nothing" ? undefined : wait;
    }
  }

  /** How to get what a handler was stopped for; nothing when the log isn't its event after all. */
  private waitFor(trigger: Trigger, error: unknown): (() => Promise<void>) | "nothing" | undefined {
    if (error instanceof UndecodableError) return "nothing";
    if (error instanceof Miss) return error.resolve;
    if (error instanceof NeedsTransaction && "log" in trigger) return () => this.surroundings.fetchTransaction(trigger);
    return undefined;
  }

  private call(mapping: Mapping, block: Block, trigger: Trigger, invocation: Invocation): void {
    if (!("log" in trigger)) {
      mapping.runBlock(trigger.handler.handler, block.header, invocation);
      return;
    }
    const { handler, log } = trigger;
    mapping.runEvent(handler.handler, handler.event, log, this.surroundings.of(block.header, trigger), invocation);
  }

  private tell(trigger: Trigger, { logs }: Invocation): void {
    for (const { level, text } of logs) {
      this.options.logger[level](
        { dataSource: trigger.source.definition.name, handler: trigger.handler.handler },
        text,
      );
    }
  }

  private instantiate(requested: readonly DataSourceParameters[], block: Block): DataSource[] {
    const { manifest, registry } = this.options;
    const added: DataSource[] = [];
    for (const parameters of requested) {
      const template = manifest.templates.find(({ name }) => name === parameters.name);
      if (!template) continue;
      const source = dataSourceOfTemplate(template, parameters, block.number);
      if (registry.add(source)) added.push(source);
    }
    return added;
  }
}

/** A fault's message as graph-node begins it. */
function withTransaction(trigger: Trigger, message: string): string {
  return "log" in trigger ? `transaction ${trigger.log.transactionHash.slice(2)}: ${message}` : message;
}
