/** Snappy's block format. It is only used to compress in tests: on a hostile block its `uncompress` never ends. */
declare module "snappyjs" {
  export function compress(input: Buffer): Buffer;
  export function uncompress(block: Buffer, maxLength?: number): Buffer;
}
