import { leb128 } from "../host/wasm-binary.ts";

/** A mapping that does nothing, as far as its imports and exports go. */
export interface MappingShape {
  /** host functions that it imports */
  readonly imports?: readonly string[];
  /** functions that it exports, those that each mapping has included */
  readonly functions?: readonly string[];
  readonly hasMemory?: boolean;
}

/** What each mapping exports besides its handlers and its memory. */
export const RUNTIME = ["allocate", "id_of_type", "_start"] as const;

const FUNCTION = 0;
const MEMORY = 2;

/** A WebAssembly module of a shape, whose functions take and do nothing. */
export function mappingOf({ imports = [], functions = RUNTIME, hasMemory = true }: MappingShape = {}): Uint8Array {
  const type = [0x60, 0, 0];
  const body = [2, 0, 0x0b]; // its size, no locals, end
  const exported = functions.map((name, index) => [...text(name), FUNCTION, ...leb128(imports.length + index)]);
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [type]),
    ...section(
      2,
      imports.map((name) => [...text("index"), ...text(name), FUNCTION, 0]),
    ),
    ...section(
      3,
      functions.map(() => [0]),
    ),
    ...section(5, hasMemory ? [[0, 1]] : []),
    ...section(7, hasMemory ? [...exported, [...text("memory"), MEMORY, 0]] : exported),
    ...section(
      10,
      functions.map(() => body),
    ),
  ]);
}

function section(id: number, items: readonly (readonly number[])[]): number[] {
  const content = [...leb128(items.length), ...items.flat()];
  return [id, ...leb128(content.length), ...content];
}

function text(value: string): number[] {
  const bytes = new TextEncoder().encode(value);
  return [...leb128(bytes.length), ...bytes];
}
