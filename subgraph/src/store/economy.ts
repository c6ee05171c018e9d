import { BigInt } from "@graphprotocol/graph-ts";
import { EconomyPoint, Network } from "../generated/schema";

/** A point at which nothing has come to be yet; the caller fills in what has, and saves. */
export function createEconomyPoint(network: Network): EconomyPoint {
  const point = new EconomyPoint(0); // the engine numbers a timeseries itself
  point.mintedDc = BigInt.zero();
  point.mintedBct = BigInt.zero();
  point.destroyedBct = BigInt.zero();
  point.claimedBct = BigInt.zero();
  point.supplyBct = network.supplyBct;
  return point;
}
