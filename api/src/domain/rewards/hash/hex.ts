/** Bytes or an address as text: `0x` and hex digits, in lower case. */
export type Hex = `0x${string}`;

const DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** The bytes of `input[from, to)` as text. */
export function toHex(input: Uint8Array, from = 0, to = input.length): Hex {
  let text = "";
  for (let i = from; i < to; i++) text += DIGITS[input[i] ?? 0];
  return `0x${text}`;
}

/** Writes what hex digits stand for, `0x` first, to `output` at `at`. The caller knows that they are hex digits. */
export function writeHex(text: Hex, output: Uint8Array, at: number): void {
  const bytes = (text.length - 2) / 2;
  for (let i = 0; i < bytes; i++) {
    output[at + i] = (digit(text.charCodeAt(2 + 2 * i)) << 4) | digit(text.charCodeAt(3 + 2 * i));
  }
}

/** Value of a hex digit by its ASCII code: digits lie below 64, letters of either case above. */
function digit(code: number): number {
  return code < 64 ? code & 15 : (code & 15) + 9;
}
