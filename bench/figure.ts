/** What a benchmark found: figures beside their limits. */
export interface Figure {
  name: string;
  value: number;
  unit: string;
  /** the goal: at most this, or at least if it is a floor */
  limit: number;
  isFloor?: boolean;
}

/** Whether a figure keeps to its limit; one that is no number doesn't. */
export function isHeld({ value, limit, isFloor = false }: Figure): boolean {
  return isFloor ? value >= limit : value <= limit;
}

/**
 * A figure as one line.
 *
 * @example
 * engine pruned / limit                             0.29 ×   at least 0.33 ×   TOO LITTLE
 */
export function describeFigure(figure: Figure): string {
  const { name, value, unit, limit, isFloor = false } = figure;
  const digits = limit < 10 ? 2 : limit < 1_000 ? 1 : 0;
  const wanted = `${isFloor ? "at least" : "at most"} ${limit.toFixed(limit % 1 === 0 ? 0 : 2)} ${unit}`;
  const verdict = isHeld(figure) ? "ok" : isFloor ? "TOO LITTLE" : "TOO MUCH";
  return `${name.padEnd(56)} ${value.toFixed(digits).padStart(8)} ${unit}   ${wanted}   ${verdict}`;
}
