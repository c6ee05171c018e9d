import type { GpuState } from "../identity/gpu-state.ts";
import type { SeenXid } from "../parse/result.ts";

/** What is remembered of a GPU's XIDs. */
type KnownXids = Pick<GpuState, "xids" | "xidCounts">;

/**
 * How many XIDs of a code are new. The gauge says only which was the last, and goes on saying so: there a code is new if
 * it wasn't shown before. Exporters that count say more, and are then believed alone, or the same XID would be told twice:
 * one that comes again is new, and one that sticks in the gauge is not. Counts seen for the first time are of before,
 * unless the code itself is seen for the first time.
 */
export function newXids(xid: SeenXid, { xids, xidCounts }: KnownXids): number {
  const { code, recent, total } = xid;
  const count = total ?? recent;
  if (count === undefined || xidCounts === null) return isShown(xid) && !xids.includes(code) ? 1 : 0;
  const before = xidCounts[code] ?? 0;
  if (count >= before) return count - before;
  // Total counts begin anew with the exporter; recent ones only run out.
  return total === undefined ? 0 : count;
}

/** What to remember of the XIDs that a scrape shows of a GPU. */
export function shownXids(seen: readonly SeenXid[], before: KnownXids): KnownXids {
  const counted = seen.filter(({ recent, total }) => (total ?? recent) !== undefined);
  const counts = counted.map(({ code, recent, total }): [number, number] => [code, total ?? recent ?? 0]);
  const codes = new Set(seen.filter(isShown).map(({ code }) => code));
  return {
    xids: [...codes].sort((a, b) => a - b),
    xidCounts: counted.length > 0 || before.xidCounts !== null ? Object.fromEntries(counts) : null,
  };
}

/** What was remembered, and what a part of a scrape shows beside it. */
export function joinXids(before: KnownXids, shown: KnownXids): KnownXids {
  const isCounted = before.xidCounts !== null || shown.xidCounts !== null;
  return {
    xids: [...new Set([...before.xids, ...shown.xids])].sort((a, b) => a - b),
    xidCounts: isCounted ? { ...before.xidCounts, ...shown.xidCounts } : null,
  };
}

/** By the gauge, whose series has a text where exporters count, or as one of the last minutes. */
function isShown({ text, recent, total }: SeenXid): boolean {
  return text !== "" || (recent === undefined ? total === undefined : recent > 0);
}

/** The text of an event: the XID's, and how often it occurred since the scrape before. */
export function detailOf({ text }: SeenXid, count: number): string | null {
  const times = count > 1 ? `${count} times` : "";
  return text === "" ? times || null : [text, ...(times === "" ? [] : [times])].join(", ");
}
