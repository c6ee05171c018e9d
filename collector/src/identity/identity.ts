import type { GpuRow } from "../parse/result.ts";

/** What a row says of its GPU or slice. */
export type Identity = Pick<GpuRow, "uuid" | "migId" | "migProfile" | "model" | "labels">;

/** All that a row says of its GPU or slice, as one text on one line. */
export function identityOf(row: GpuRow): string {
  if (row.subject) return row.subject.text;
  const { uuid, migId, migProfile, model, labels } = row;
  return JSON.stringify([uuid, migId, migProfile, model, labels]);
}

/** Reads such a text. */
export function readIdentity(text: string): Identity {
  type Parts = [string, string | null, string | null, string | null, Record<string, string>];
  const [uuid, migId, migProfile, model, labels] = JSON.parse(text) as Parts;
  return { uuid, migId, migProfile, model, labels };
}
