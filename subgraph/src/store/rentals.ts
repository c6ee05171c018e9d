import { BigInt } from "@graphprotocol/graph-ts";
import { Rental } from "../generated/schema";
import { numberId } from "../ids";

/** The row of a rental that the chain says exists. */
export function getRental(rentalId: BigInt): Rental {
  return Rental.load(numberId(rentalId))!;
}

/** A new rental's row, nothing used yet; saved by the caller. */
export function createRental(rentalId: BigInt, startAt: BigInt): Rental {
  const rental = new Rental(numberId(rentalId));
  rental.burnedDc = BigInt.zero();
  rental.refundedDc = BigInt.zero();
  rental.startAt = startAt;
  rental.settledUntil = startAt;
  rental.isEnded = false;
  return rental;
}
