import { BaseError, messageOf } from "#kernel/errors.ts";
import type { EventFragment } from "../abi/events.ts";
import type { EntityCache } from "../entities/cache.ts";
import type { Profile } from "../profile/profile.ts";
import type { Header, Log } from "../source/types.ts";
import type { DataSourceParameters, HostContext, Invocation } from "./context.ts";
import { DeterministicError, MappingError, Miss } from "./errors.ts";
import type { Heap, Pointer } from "./heap.ts";
import { hostFunctions } from "./imports/all.ts";
import { Instance } from "./instance.ts";
import type { Reader } from "./reader.ts";
import { writeBlock, writeEvent, type EventSurroundings } from "./triggers.ts";

/** What a mapping is made of. */
export interface MappingOptions {
  readonly file: string;
  readonly binary: Uint8Array;
  /** texts worth a permanent place in memory: field and parameter names */
  readonly constants: Iterable<string>;
  readonly cache: EntityCache;
  readonly templateNames: ReadonlySet<string>;
  readonly refusesUndefinedFields: boolean;
  /** apiVersion 0.0.7 and above */
  readonly hasReceiptField: boolean;
  /** apiVersion 0.0.9 and above */
  readonly hasBalances: boolean;
  readonly network: string;
  /** times the host functions and what is laid out for handlers, if that is asked for */
  readonly profile: Profile | undefined;
}

/** A handler read more of the transaction than its log knows: fetch it and run the handler again. */
export class NeedsTransaction extends Error {
  override readonly name = "NeedsTransaction";
}

/** A compiled mapping with its host functions: runs handlers. */
export class Mapping implements HostContext {
  readonly cache: EntityCache;
  readonly refusesUndefinedFields: boolean;
  readonly hasBalances: boolean;
  readonly templateNames: ReadonlySet<string>;
  invocation: Invocation;
  private readonly instance: Instance;
  private readonly hasReceiptField: boolean;
  private readonly profile: Profile | undefined;
  /** the block laid out last, as bytes: the arena always begins with it */
  private block: { header: Header; start: number; image: Uint8Array; pointer: Pointer } | undefined;

  constructor(options: MappingOptions) {
    this.cache = options.cache;
    this.refusesUndefinedFields = options.refusesUndefinedFields;
    this.hasBalances = options.hasBalances;
    this.templateNames = options.templateNames;
    this.invocation = outsideHandlers(options.network);
    this.hasReceiptField = options.hasReceiptField;
    this.profile = options.profile;
    const functions = hostFunctions(this);
    this.instance = new Instance(
      options.file,
      options.binary,
      options.constants,
      this.profile?.timed(functions) ?? functions,
    );
    this.start(options.file);
  }

  private start(file: string): void {
    try {
      this.instance.start();
    } catch (error) {
      if (error instanceof BaseError) throw error;
      const what = error instanceof Miss ? "it reads entities" : messageOf(error);
      throw new BaseError("BAD_MAPPING", `the top-level code of ${file} can't be run: ${what}`, {
        cause: error,
        hints: ["move what depends on the block or the data source into the handlers"],
      });
    }
  }

  get heap(): Heap {
    return this.instance.heap;
  }

  get reader(): Reader {
    return this.instance.reader;
  }

  text(text: string): Pointer {
    return this.instance.text(text);
  }

  /**
   * Runs a block handler.
   *
   * @throws DeterministicError, MappingError or Miss
   */
  runBlock(handler: string, header: Header, invocation: Invocation): void {
    this.run(handler, invocation, false, () => this.writeBlock(header));
  }

  /**
   * Runs an event handler.
   *
   * @throws DeterministicError, MappingError, Miss, NeedsTransaction, or UndecodableError when the log isn't the event's
   */
  runEvent(
    handler: string,
    event: EventFragment,
    log: Log,
    surroundings: EventSurroundings,
    invocation: Invocation,
  ): void {
    this.run(handler, invocation, surroundings.transaction === undefined, () => {
      const block = this.writeBlock(surroundings.header);
      return writeEvent(this.heap, event, log, block, surroundings, this, this.hasReceiptField);
    });
  }

  private run(handler: string, invocation: Invocation, hasOnlyHead: boolean, write: () => Pointer): void {
    this.invocation = invocation;
    this.heap.refresh();
    let memoryBytes = this.heap.u8.length;
    try {
      const trigger = this.profile ? this.profile.layout(write) : write();
      memoryBytes = this.heap.u8.length;
      try {
        this.instance.call(handler, trigger);
      } catch (error) {
        if (hasOnlyHead && (isOutOfBounds(error) || this.hasOverrun(memoryBytes))) throw new NeedsTransaction();
        throw error;
      }
      if (hasOnlyHead && this.hasOverrun(memoryBytes)) throw new NeedsTransaction();
    } catch (error) {
      throw classified(error);
    } finally {
      this.heap.refresh();
      if (hasOnlyHead) this.heap.u8.fill(0, memoryBytes - 8, memoryBytes);
      this.instance.reset();
    }
  }

  /** The transaction's head at the end of memory was no longer at the end, or was written over. */
  private hasOverrun(memoryBytes: number): boolean {
    this.heap.refresh();
    return this.heap.u8.length !== memoryBytes || this.instance.allocatedEnd > memoryBytes - 8;
  }

  /** Lays out the block, by a copy when it is the same as last time. */
  private writeBlock(header: Header): Pointer {
    const { heap } = this;
    const start = heap.top;
    if (this.block?.header === header && this.block.start === start) {
      heap.u8.set(this.block.image, start);
      heap.top += this.block.image.length;
      return this.block.pointer;
    }
    const pointer = writeBlock(heap, header);
    this.block = { header, start, image: heap.u8.slice(start, heap.top), pointer };
    return pointer;
  }
}

/** What top-level code sees: here it runs once for all handlers, so that only the network is certain. */
function outsideHandlers(network: string): Invocation {
  const refuse = (): never => {
    throw new DeterministicError("it asks for what only handlers know");
  };
  return {
    get address(): undefined {
      return refuse();
    },
    get context(): undefined {
      return refuse();
    },
    get created(): DataSourceParameters[] {
      return refuse();
    },
    network,
    abis: new Map(),
    state: { call: refuse, balance: refuse, hasCode: refuse },
    logs: [],
  };
}

function isOutOfBounds(error: unknown): boolean {
  return (
    (error instanceof WebAssembly.RuntimeError && error.message.includes("out of bounds")) ||
    (error instanceof DeterministicError && error.message.startsWith("Heap access out of bounds"))
  );
}

/** Traps are the subgraph's fault; a stack overflow isn't deterministic for graph-node. */
function classified(error: unknown): unknown {
  if (error instanceof WebAssembly.RuntimeError) return new DeterministicError(`wasm trap: ${error.message}`);
  if (error instanceof RangeError && error.message.includes("call stack")) {
    return new MappingError("the handler's calls nest too deeply");
  }
  return error;
}
