/** What of a rental decides whether it runs and what it owes. Seconds since 1970, DC base units. */
export interface RentalTerms {
  rateDcPerHour: bigint;
  depositedDc: bigint;
  startAt: bigint;
  paidUntil: bigint;
  /** over at this time whatever the funds; null: never */
  endsBy: bigint | null;
  endAt: bigint | null;
}

const SECONDS_PER_HOUR = 3_600n;

/**
 * DC owed for `seconds` of use: `⌈rate · seconds / 3600⌉`, in total since the start, as the market computes it.
 *
 * @example owedDcUp(2_490_000n, 1n) === 692n
 */
export function owedDcUp(rateDcPerHour: bigint, seconds: bigint): bigint {
  return (rateDcPerHour * seconds + SECONDS_PER_HOUR - 1n) / SECONDS_PER_HOUR;
}

/** Whether the rental runs at `at`: nobody has ended it, and its funds and its term reach beyond. */
export function isRunning(rental: Omit<RentalTerms, "rateDcPerHour" | "depositedDc">, at: bigint): boolean {
  return rental.endAt === null && rental.startAt <= at && at < overAt(rental);
}

/** DC that the rental has used up to `at`, burned or not yet, at most what was deposited. */
export function accruedDc(rental: RentalTerms, at: bigint): bigint {
  const through = min(rental.endAt ?? at, overAt(rental));
  const owed = through <= rental.startAt ? 0n : owedDcUp(rental.rateDcPerHour, through - rental.startAt);
  return min(owed, rental.depositedDc);
}

/** When it is over if nobody ends it before. */
function overAt({ paidUntil, endsBy }: Pick<RentalTerms, "paidUntil" | "endsBy">): bigint {
  return endsBy === null ? paidUntil : min(paidUntil, endsBy);
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
