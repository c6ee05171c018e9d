/**
 * Keccak-f[1600] as WebAssembly, put together here from its definition (FIPS 202, section 3): JavaScript has no 64-bit
 * integers that are fast, and a settlement of 100,000 GPUs permutes more than a million times.
 */

/** Lane (x, y) stands at x + 5y, in the state and in the locals below. */
const LANES = 25;
const ROUNDS = 24;
/** Where the round constants lie in the memory; the state is at 0. */
const CONSTANTS_AT = 256;

// locals: 25 lanes, 25 of the step between, 5 columns, 1 column's difference, and the place in the constants
const NEXT = LANES;
const COLUMN = 2 * LANES;
const DIFFERENCE = COLUMN + 5;
const PLACE = DIFFERENCE + 5;

const OP = { i32: 0x7f, i64: 0x7e, load: 0x29, store: 0x37, xor: 0x85, and: 0x83, rotl: 0x89 } as const;

/** Offsets of rho, by lane: FIPS 202, 3.2.2. */
function rotations(): number[] {
  const found = new Array<number>(LANES).fill(0);
  let [x, y] = [1, 0];
  for (let t = 0; t < 24; t++) {
    found[x + 5 * y] = (((t + 1) * (t + 2)) / 2) % 64;
    [x, y] = [y, (2 * x + 3 * y) % 5];
  }
  return found;
}

/** The constants of iota, little endian, by round: FIPS 202, 3.2.5. */
function roundConstants(): number[] {
  const bytes = new Array<number>(8 * ROUNDS).fill(0);
  let register = 1;
  for (let round = 0; round < ROUNDS; round++) {
    for (let j = 0; j <= 6; j++) {
      const bit = 2 ** j - 1;
      if ((register & 1) === 1) bytes[8 * round + (bit >> 3)]! |= 1 << (bit & 7);
      register <<= 1;
      if (register > 255) register ^= 0x171;
    }
  }
  return bytes;
}

/** Unsigned LEB128, as WebAssembly writes sizes and places. */
function leb(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb(value >> 7)];
}

/** Signed LEB128 of a number that isn't negative. */
function signedLeb(value: number): number[] {
  return value < 64 ? [value] : [(value & 127) | 128, ...signedLeb(value >> 7)];
}

const get = (local: number): number[] => [0x20, ...leb(local)];
const set = (local: number): number[] => [0x21, ...leb(local)];
const i32 = (value: number): number[] => [0x41, ...signedLeb(value)];
const i64 = (value: number): number[] => [0x42, ...signedLeb(value)];
const load = (at: number): number[] => [OP.load, 3, ...leb(at)];
const store = (at: number): number[] => [OP.store, 3, ...leb(at)];
const rotl = (bits: number): number[] => (bits === 0 ? [] : [...i64(bits), OP.rotl]);
const numbers = (count: number): number[] => [...Array(count).keys()];
const vector = (items: readonly number[][]): number[] => [...leb(items.length), ...items.flat()];
const section = (id: number, content: readonly number[]): number[] => [id, ...leb(content.length), ...content];

/** One round: theta, rho and pi from the lanes into the locals between, chi back into the lanes, iota. */
function roundCode(): number[] {
  const rotation = rotations();
  const allBits = [0x42, 0x7f]; // the constant -1
  const column = (x: number): number[] => [
    ...numbers(5).flatMap((y) => [...get(x + 5 * y), ...(y === 0 ? [] : [OP.xor])]),
    ...set(COLUMN + x),
  ];
  const difference = (x: number): number[] => [
    ...get(COLUMN + ((x + 4) % 5)),
    ...get(COLUMN + ((x + 1) % 5)),
    ...rotl(1),
    OP.xor,
    ...set(DIFFERENCE + x),
  ];
  const moved = (lane: number): number[] => {
    const [x, y] = [lane % 5, Math.floor(lane / 5)];
    const to = y + 5 * ((2 * x + 3 * y) % 5);
    return [...get(lane), ...get(DIFFERENCE + x), OP.xor, ...rotl(rotation[lane] ?? 0), ...set(NEXT + to)];
  };
  const mixed = (lane: number): number[] => {
    const row = NEXT + lane - (lane % 5);
    const not = [...get(row + ((lane + 1) % 5)), ...allBits, OP.xor];
    return [...get(NEXT + lane), ...not, ...get(row + ((lane + 2) % 5)), OP.and, OP.xor, ...set(lane)];
  };
  const iota = [...get(0), ...get(PLACE), ...load(0), OP.xor, ...set(0)];
  return [
    ...numbers(5).flatMap(column),
    ...numbers(5).flatMap(difference),
    ...numbers(LANES).flatMap(moved),
    ...numbers(LANES).flatMap(mixed),
    ...iota,
  ];
}

/** Reads the state, runs the rounds, writes the state. */
function functionCode(): number[] {
  const next = [...get(PLACE), ...i32(8), 0x6a, 0x22, ...leb(PLACE)]; // add, tee
  const again = [...i32(CONSTANTS_AT + 8 * ROUNDS), 0x47, 0x0d, 0]; // differs, branch
  const body = [
    ...numbers(LANES).flatMap((lane) => [...i32(0), ...load(8 * lane), ...set(lane)]),
    ...[...i32(CONSTANTS_AT), ...set(PLACE)],
    ...[0x03, 0x40, ...roundCode(), ...next, ...again, 0x0b], // loop
    ...numbers(LANES).flatMap((lane) => [...i32(0), ...get(lane), ...store(8 * lane)]),
    0x0b,
  ];
  const locals = vector([
    [...leb(PLACE), OP.i64],
    [1, OP.i32],
  ]);
  return [...leb(locals.length + body.length), ...locals, ...body];
}

function moduleBytes(): Uint8Array<ArrayBuffer> {
  const name = (text: string): number[] => [text.length, ...numbers(text.length).map((i) => text.charCodeAt(i))];
  const constants = roundConstants();
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector([[0x60, 0, 0]])), // a type: () -> ()
    ...section(3, vector([[0]])), // a function of that type
    ...section(5, vector([[0, 1]])), // a page of memory
    ...section(
      7,
      vector([
        [...name("memory"), 2, 0],
        [...name("permute"), 0, 0],
      ]),
    ),
    ...section(10, vector([functionCode()])),
    ...section(11, vector([[0, ...i32(CONSTANTS_AT), 0x0b, ...leb(constants.length), ...constants]])),
  ]);
}

/** The state of the sponge, 200 bytes, and what permutes it in place. */
export interface Permutation {
  readonly state: Uint8Array;
  readonly permute: () => void;
}

/** Compiles it: 1 ms. */
export function createPermutation(): Permutation {
  const instance = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes()));
  const { memory, permute } = instance.exports as unknown as { memory: { buffer: ArrayBuffer }; permute: () => void };
  return { state: new Uint8Array(memory.buffer, 0, 200), permute };
}
