import { createFleetModel, GPU_MODELS } from "#devnet/fleet/index.ts";

/** GPUs on each host. */
export const GPUS_PER_HOST = 8;
/** Digits of a host's number in its name and at the end of its GPUs' UUIDs. */
const HOST_DIGITS = 6;
const HOST_NAME = `host-${"f".repeat(HOST_DIGITS)}`;
const COLLECT_SECONDS = 5;

/** What one host's exporter prints at one moment, to be turned into any other host's by writing its number over it. */
export interface Template {
  readonly bytes: Buffer;
  /** samples in it */
  readonly samples: number;
  /** where the host's number stands */
  readonly places: readonly number[];
}

/** A busy host of the simulated fleet, of which each other is a copy. */
export function openTemplates(): (atMs: number) => Template {
  const model = GPU_MODELS[0]?.name ?? "";
  const fleet = createFleetModel({
    hosts: [{ name: HOST_NAME, model, gpuCount: GPUS_PER_HOST }],
    seed: 1,
    collectSeconds: COLLECT_SECONDS,
  });
  fleet.gpus.forEach(({ uuid }, index) => fleet.setLoad(uuid, index / GPUS_PER_HOST));
  const numbered = [HOST_NAME, ...fleet.gpus.map(({ uuid }) => uuid)];
  return (atMs) => {
    fleet.advanceTo(atMs);
    const bytes = Buffer.from(fleet.body(HOST_NAME) ?? "", "latin1");
    const places = numbered.flatMap((text) => endsOf(bytes, text)).map((end) => end - HOST_DIGITS);
    const samples = bytes
      .toString("latin1")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#")).length;
    return { bytes, samples, places };
  };
}

/** The body of one host, in the template's own memory: to be used before the next one is made. */
export function bodyOf({ bytes, places }: Template, host: number): Buffer {
  const digits = host.toString(16).padStart(HOST_DIGITS, "0");
  for (const place of places) bytes.write(digits, place, HOST_DIGITS, "latin1");
  return bytes;
}

function endsOf(bytes: Buffer, text: string): number[] {
  const ends: number[] = [];
  for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) ends.push(at + text.length);
  return ends;
}
