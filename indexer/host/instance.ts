import { BaseError, messageOf } from "#kernel/errors.ts";
import { DeterministicError } from "./errors.ts";
import { Heap, type MappingExports, type Pointer } from "./heap.ts";
import { Reader } from "./reader.ts";
import { START_EXPORT, exportState, type PatchedModule } from "./wasm-patch.ts";

/** A host function: pointers and numbers in, a pointer, number or nothing out. */
export type HostFunction = (...args: never[]) => number | bigint | undefined | void;

/** Host functions by import name; module names don't count. */
export type HostFunctions = Readonly<Record<string, HostFunction>>;

/** Arena for one trigger and what its host functions return; more is taken when it runs out. */
const TRIGGER_ARENA_BYTES = 262_144;
const CONSTANTS_ARENA_BYTES = 65_536;
/** An instance whose memory has grown beyond this is replaced: its memory never shrinks. */
const MAX_MEMORY_BYTES = 64 * 1024 * 1024;

interface Snapshot {
  offsetGlobal: WebAssembly.Global<"i32">;
  globals: readonly (readonly [WebAssembly.Global, unknown])[];
  statics: Uint8Array;
  arenaStart: number;
  arenaEnd: number;
  /** where the mapping's own allocations begin */
  heapStart: number;
}

/**
 * One compiled mapping. A trigger must see a fresh instance; instead of making one (600 µs), `reset` puts the mutable
 * globals and the static memory back and zeroes what was allocated since (0.2 µs).
 */
export class Instance {
  heap!: Heap;
  reader!: Reader;
  private exports!: WebAssembly.Exports;
  private snapshot!: Snapshot;
  private readonly module: WebAssembly.Module;
  private readonly patched: PatchedModule;
  private readonly constants = new Map<string, Pointer>();
  private readonly constantTexts: readonly string[];
  private readonly hostFunctions: HostFunctions;
  private readonly file: string;

  /**
   * @param constants texts that are put into memory once, such as field names
   * @throws BaseError `BAD_MAPPING` when the file is no mapping
   */
  constructor(file: string, binary: Uint8Array, constants: Iterable<string>, hostFunctions: HostFunctions) {
    this.file = file;
    this.constantTexts = [...new Set(constants)];
    this.hostFunctions = hostFunctions;
    try {
      this.patched = exportState(binary);
      this.module = new WebAssembly.Module(this.patched.bytes);
    } catch (error) {
      throw badMapping(file, messageOf(error), error);
    }
  }

  /** Makes the instance and takes the snapshot that `reset` goes back to. Runs top-level code, which may call the host. */
  start(): void {
    const imports: Record<string, Record<string, WebAssembly.ImportValue>> = {};
    for (const { module, name, kind } of WebAssembly.Module.imports(this.module)) {
      if (kind !== "function") throw badMapping(this.file, `it imports the ${kind} ${name}`);
      (imports[module] ??= {})[name] = this.guarded(name);
    }
    this.exports = new WebAssembly.Instance(this.module, imports).exports;
    for (const name of ["memory", "allocate", "id_of_type", "_start"]) {
      if (!(name in this.exports)) throw badMapping(this.file, `it doesn't export ${name}`);
    }
    this.heap = new Heap(this.exports as unknown as MappingExports);
    this.reader = new Reader(this.heap);
    // host functions may be called from here on: `_start` runs the module's top-level code
    (this.exports[START_EXPORT] as (() => void) | undefined)?.();
    (this.exports["_start"] as () => void)();
    this.reader.staticEnd = this.patched.dataEnd;
    this.snapshot = this.takeSnapshot();
  }

  private guarded(name: string): WebAssembly.ImportValue {
    const fn = this.hostFunctions[name] as ((...args: unknown[]) => number | bigint | undefined | void) | undefined;
    if (!fn) {
      return () => {
        throw new DeterministicError(`host function ${name} is not supported by this engine`);
      };
    }
    return refreshing(this, fn);
  }

  private takeSnapshot(): Snapshot {
    const { heap, exports, patched } = this;
    heap.takeArena(CONSTANTS_ARENA_BYTES);
    this.constants.clear();
    for (const text of this.constantTexts) {
      const pointer = heap.string(text);
      this.constants.set(text, pointer);
      this.reader.remember(pointer, text);
    }
    const staticsEnd = heap.top;
    heap.takeArena(TRIGGER_ARENA_BYTES);
    const globals = patched.globals.map((name) => exports[name] as WebAssembly.Global);
    const before = globals.map((global) => global.value as unknown);
    heap.exports.allocate(16);
    const moved = globals.findIndex((global, index) => global.value !== before[index]);
    const offsetGlobal = globals[moved] as WebAssembly.Global<"i32"> | undefined;
    if (!offsetGlobal) throw badMapping(this.file, "its allocator keeps its state elsewhere than in a global");
    offsetGlobal.value = before[moved] as number;
    heap.refresh();
    heap.hasGrown = false;
    return {
      offsetGlobal,
      globals: globals.map((global, index) => [global, before[index]] as const),
      statics: heap.u8.slice(patched.dataStart & ~15, staticsEnd),
      arenaStart: heap.top,
      arenaEnd: heap.end,
      heapStart: offsetGlobal.value >>> 0,
    };
  }

  /** Puts the instance back into its first state. */
  reset(): void {
    const { heap, snapshot } = this;
    heap.refresh();
    if (heap.u8.length > MAX_MEMORY_BYTES) {
      this.start();
      return;
    }
    heap.u8.set(snapshot.statics, this.patched.dataStart & ~15);
    heap.u8.fill(0, snapshot.arenaStart, heap.hasGrown ? snapshot.arenaEnd : heap.top);
    heap.u8.fill(0, snapshot.heapStart, snapshot.offsetGlobal.value >>> 0);
    for (const [global, value] of snapshot.globals) {
      if (global.value !== value) global.value = value as never;
    }
    heap.top = snapshot.arenaStart;
    heap.end = snapshot.arenaEnd;
    heap.hasGrown = false;
  }

  /** Where the mapping's allocator stands: memory from here on is unused. */
  get allocatedEnd(): number {
    return this.snapshot.offsetGlobal.value >>> 0;
  }

  /** A permanent string if `text` is one of the constants, else a new one. */
  text(text: string): Pointer {
    return this.constants.get(text) ?? this.heap.string(text);
  }

  /** Calls an exported handler. */
  call(handler: string, argument: Pointer): void {
    (this.exports[handler] as (pointer: Pointer) => void)(argument);
  }
}

/**
 * A host function that first looks whether memory has grown. One form for each number of arguments: collecting and
 * spreading them would cost as much as the shorter functions do.
 */
function refreshing(
  instance: { readonly heap: Heap },
  fn: (...args: unknown[]) => number | bigint | undefined | void,
): WebAssembly.ImportValue {
  switch (fn.length) {
    case 1:
      return (a: unknown) => {
        instance.heap.refresh();
        return fn(a);
      };
    case 2:
      return (a: unknown, b: unknown) => {
        instance.heap.refresh();
        return fn(a, b);
      };
    case 3:
      return (a: unknown, b: unknown, c: unknown) => {
        instance.heap.refresh();
        return fn(a, b, c);
      };
    default:
      return (...args: unknown[]) => {
        instance.heap.refresh();
        return fn(...args);
      };
  }
}

function badMapping(file: string, what: string, cause?: unknown): BaseError {
  return new BaseError("BAD_MAPPING", `${file} is no mapping that can be run: ${what}`, {
    cause,
    hints: ["build the subgraph again with graph-cli"],
  });
}
