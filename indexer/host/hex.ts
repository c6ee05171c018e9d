/** The value of each hex digit by character code; 255 for other characters. */
export const HEX_VALUE = new Uint8Array(256).fill(255);
for (let digit = 0; digit < 16; digit++) {
  const char = digit.toString(16);
  HEX_VALUE[char.charCodeAt(0)] = digit;
  HEX_VALUE[char.toUpperCase().charCodeAt(0)] = digit;
}

/** Two UTF-16 hex digits in one little-endian word, by byte. */
export const HEX_PAIR = new Uint32Array(256);
for (let byte = 0; byte < 256; byte++) {
  const text = byte.toString(16).padStart(2, "0");
  HEX_PAIR[byte] = text.charCodeAt(0) | (text.charCodeAt(1) << 16);
}

/** The byte that the two hex digits at `at` give. */
export function byteAt(hex: string, at: number): number {
  return ((HEX_VALUE[hex.charCodeAt(at)] as number) << 4) | (HEX_VALUE[hex.charCodeAt(at + 1)] as number);
}
