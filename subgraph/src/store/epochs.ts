import { BigInt } from "@graphprotocol/graph-ts";
import { Epoch } from "../generated/schema";
import { numberId } from "../ids";

/** The row of an epoch that was closed. */
export function getEpoch(epoch: BigInt): Epoch {
  return Epoch.load(numberId(epoch))!;
}
