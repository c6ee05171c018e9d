import type { RentalTerms } from "./rental.ts";

/** Who has to do with a GPU; addresses as 0x hex in lower case. */
export interface GpuPeople {
  owner: string;
  /** holder of its operator's identity; null: it is in no pool */
  operator: string | null;
  /** the rental that was started last and that nobody has ended, and who pays it; null: none */
  rental: (Pick<RentalTerms, "startAt" | "paidUntil" | "endsBy" | "endAt"> & { customer: string }) | null;
}

/** The time of which somebody may see a GPU's samples, seconds since 1970, both ends included; null: without an end. */
export interface LiveRight {
  from: bigint | null;
  until: bigint | null;
}

/**
 * A renter sees samples so much later than the block that the rental was seen on: behind it, somebody else may have rented
 * the GPU.
 */
const BEYOND_BLOCK = 60n;

/**
 * Of which time a wallet may see a GPU's samples as they come: its owner and its operator of any; who rents it now, of the
 * rental only, as those before and after are another's. Nothing for anybody else.
 *
 * @param blockAt time of the block that the rental was seen on
 */
export function liveRight(
  wallet: string,
  { owner, operator, rental }: GpuPeople,
  blockAt: bigint,
): LiveRight | undefined {
  if (wallet === owner || wallet === operator) return { from: null, until: null };
  if (rental?.customer !== wallet || rental.endAt !== null) return undefined;
  const ends = [rental.paidUntil, rental.endsBy ?? rental.paidUntil];
  if (rental.startAt > blockAt || ends.some((end) => end <= blockAt)) return undefined;
  return { from: rental.startAt, until: [...ends, blockAt + BEYOND_BLOCK].reduce((a, b) => (a < b ? a : b)) };
}
