/** Labels of most GPUs are of some hundreds; those of pods come and go. */
const MAX_KNOWN = 16_384;

const known = new Map<string, string>();

/**
 * The same text as that which was given before, where it was: models, drivers, hosts and numbers of devices are those of
 * many GPUs. It holds nothing of a longer text that it was cut from.
 */
export function shortText(text: string): string {
  let kept = known.get(text);
  if (kept !== undefined) return kept;
  if (known.size >= MAX_KNOWN) known.clear();
  kept = ownText(text);
  known.set(kept, kept);
  return kept;
}

/** A copy of a text, in one piece. */
export function ownText(text: string): string {
  return Buffer.from(text).toString();
}
