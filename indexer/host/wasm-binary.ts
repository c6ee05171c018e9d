/** Reads the parts of a WebAssembly binary that `exportState` needs. */
export class BinaryReader {
  at = 0;
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  byte(): number {
    const value = this.bytes[this.at++];
    if (value === undefined) throw new RangeError("the WebAssembly module ends too early");
    return value;
  }

  unsigned(): number {
    let result = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      result |= (byte & 0x7f) << shift;
      if (byte < 0x80) return result >>> 0;
    }
  }

  signed(): number {
    let result = 0;
    for (let shift = 0; ;) {
      const byte = this.byte();
      result |= (byte & 0x7f) << shift;
      shift += 7;
      if (byte < 0x80) return shift < 32 && (byte & 0x40) !== 0 ? result | (-1 << shift) : result;
    }
  }

  skip(length: number): void {
    this.at += length;
  }

  /** Skips a name or other bytes with their length before them. */
  skipSized(): void {
    // the length must be read before the position is added to
    const length = this.unsigned();
    this.skip(length);
  }

  skipLimits(): void {
    const flags = this.byte();
    this.unsigned();
    if ((flags & 1) !== 0) this.unsigned();
  }

  /** Skips a constant expression up to its `end`. */
  skipConstant(): void {
    for (;;) {
      const opcode = this.byte();
      if (opcode === 0x0b) return;
      if (opcode === 0x41 || opcode === 0x42) while (this.byte() >= 0x80);
      else if (opcode === 0x43) this.skip(4);
      else if (opcode === 0x44) this.skip(8);
      else if (opcode === 0x23 || opcode === 0xd2) this.unsigned();
      else if (opcode === 0xd0) this.skip(1);
      else throw new RangeError(`constant expression with opcode ${opcode}`);
    }
  }
}

/** A number in LEB128. */
export function leb128(value: number): number[] {
  const bytes: number[] = [];
  do {
    const low = value & 0x7f;
    value >>>= 7;
    bytes.push(value === 0 ? low : low | 0x80);
  } while (value !== 0);
  return bytes;
}
