import type { Pool } from "#kernel/pg.ts";

/** A row of `dump`, of a table that keeps versions: its range comes first, or behind the vid. */
const VERSION = /^\S+ \{(?:\d+,)?"?\[(\d+),(\d*)\)/;

/** The block at which a dumped version ends: infinite for current ones and for rows of immutable tables. */
function endOf(line: string): number {
  const upper = VERSION.exec(line)?.[2] ?? "";
  return upper === "" ? Infinity : Number(upper);
}

/** Of dumped rows those that some block from `earliest` on sees. */
export function seenFrom(lines: readonly string[], earliest: number): string[] {
  return lines.filter((line) => endOf(line) > earliest);
}

/** The earliest block whose entities a deployment says to have. */
export async function earliestOf(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ earliest: number }>(
    "select earliest_block_number as earliest from subgraphs.deployment",
  );
  return rows[0]?.earliest ?? -1;
}
