import { BinaryReader, leb128 } from "./wasm-binary.ts";

/** The export that calls a module's start function, as graph-node names it. */
export const START_EXPORT = "gn::start";

/** A module whose whole state can be read and written from outside. */
export interface PatchedModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** exports of every mutable global */
  readonly globals: readonly string[];
  /** the span of the static data */
  readonly dataStart: number;
  readonly dataEnd: number;
}

const SECTION = { custom: 0, import: 2, global: 6, export: 7, start: 8, data: 11 } as const;

interface Found {
  sections: { id: number; body: Uint8Array }[];
  mutableGlobals: number[];
  startFunction: number | undefined;
  dataStart: number;
  dataEnd: number;
}

/**
 * Rewrites a module so that every mutable global is exported and the start section becomes an export; drops custom
 * sections. A host can then put one instance back to its first state instead of making a new one for each trigger.
 */
export function exportState(module: Uint8Array): PatchedModule {
  const found = scan(module);
  const names = found.mutableGlobals.map((index) => ({ name: `$global${index}`, kind: 3, index }));
  const extra = found.startFunction === undefined ? [] : [{ name: START_EXPORT, kind: 0, index: found.startFunction }];
  const entries = [...names, ...extra].map(({ name, kind, index }) => {
    const text = new TextEncoder().encode(name);
    return [...leb128(text.length), ...text, kind, ...leb128(index)];
  });
  const parts: Uint8Array[] = [module.subarray(0, 8)];
  for (const { id, body } of found.sections) {
    const content = id === SECTION.export ? withExports(body, entries) : body;
    parts.push(Uint8Array.from([id, ...leb128(content.length)]), content);
  }
  return {
    bytes: new Uint8Array(Buffer.concat(parts)),
    globals: names.map(({ name }) => name),
    dataStart: Math.min(found.dataStart, found.dataEnd),
    dataEnd: found.dataEnd,
  };
}

function withExports(body: Uint8Array, entries: readonly number[][]): Uint8Array {
  const reader = new BinaryReader(body);
  const count = reader.unsigned() + entries.length;
  return Buffer.concat([Uint8Array.from(leb128(count)), body.subarray(reader.at), Uint8Array.from(entries.flat())]);
}

function scan(module: Uint8Array): Found {
  const reader = new BinaryReader(module);
  reader.skip(8);
  const found: Found = { sections: [], mutableGlobals: [], startFunction: undefined, dataStart: Infinity, dataEnd: 0 };
  let importedGlobals = 0;
  while (!reader.isAtEnd) {
    const id = reader.byte();
    const size = reader.unsigned();
    const from = reader.at;
    if (id === SECTION.import) importedGlobals = countImportedGlobals(reader);
    else if (id === SECTION.global) found.mutableGlobals = mutableGlobals(reader, importedGlobals);
    else if (id === SECTION.start) found.startFunction = reader.unsigned();
    else if (id === SECTION.data) scanData(reader, found);
    reader.at = from + size;
    if (id !== SECTION.custom && id !== SECTION.start) {
      found.sections.push({ id, body: module.subarray(from, from + size) });
    }
  }
  return found;
}

function countImportedGlobals(reader: BinaryReader): number {
  let globals = 0;
  for (let left = reader.unsigned(); left > 0; left--) {
    reader.skipSized();
    reader.skipSized();
    const kind = reader.byte();
    if (kind === 0) reader.unsigned();
    else if (kind === 1) {
      reader.skip(1);
      reader.skipLimits();
    } else if (kind === 2) reader.skipLimits();
    else {
      reader.skip(2);
      globals++;
    }
  }
  return globals;
}

function mutableGlobals(reader: BinaryReader, offset: number): number[] {
  const result: number[] = [];
  const count = reader.unsigned();
  for (let index = 0; index < count; index++) {
    reader.skip(1);
    if (reader.byte() === 1) result.push(offset + index);
    reader.skipConstant();
  }
  return result;
}

/** Notes the span of active segments with constant offsets, the only kind AssemblyScript writes. */
function scanData(reader: BinaryReader, found: Found): void {
  for (let left = reader.unsigned(); left > 0; left--) {
    const flags = reader.unsigned();
    if (flags === 2) reader.unsigned();
    if (flags !== 1) {
      const isConstant = reader.bytes[reader.at] === 0x41;
      if (isConstant) {
        reader.skip(1);
        const offset = reader.signed();
        reader.skip(1);
        const length = reader.unsigned();
        reader.skip(length);
        found.dataStart = Math.min(found.dataStart, offset);
        found.dataEnd = Math.max(found.dataEnd, offset + length);
        continue;
      }
      reader.skipConstant();
    }
    reader.skipSized();
  }
}
