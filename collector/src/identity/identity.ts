import type { GpuRow } from "../parse/result.ts";

/** What a row says of its GPU or slice. */
export type Identity = Pick<GpuRow, "uuid" | "migId" | "migProfile" | "model" | "labels">;

/** By labels: parsers give the same object at every scrape. */
const texts = new WeakMap<GpuRow["labels"], { of: Identity; text: string }>();

/**
 * All that a row says of its GPU or slice, as one text on one line: as long as that is the same, nothing has changed.
 */
export function identityOf(row: GpuRow): string {
  if (row.identity !== undefined) return row.identity;
  const known = texts.get(row.labels);
  if (known && isOf(known.of, row)) return known.text;
  const { uuid, migId, migProfile, model, labels } = row;
  const text = JSON.stringify([uuid, migId, migProfile, model, labels]);
  texts.set(labels, { of: { uuid, migId, migProfile, model, labels }, text });
  return text;
}

/** Reads such a text. */
export function readIdentity(text: string): Identity {
  type Parts = [string, string | null, string | null, string | null, Record<string, string>];
  const [uuid, migId, migProfile, model, labels] = JSON.parse(text) as Parts;
  return { uuid, migId, migProfile, model, labels };
}

function isOf(known: Identity, row: GpuRow): boolean {
  return (
    known.uuid === row.uuid &&
    known.migId === row.migId &&
    known.migProfile === row.migProfile &&
    known.model === row.model
  );
}
