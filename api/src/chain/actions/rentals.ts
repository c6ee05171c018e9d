import { asAddress, type Action, type Sender } from "../draft.ts";

/** A rental to be started. */
export interface Rent extends Sender {
  gpu: string;
  tier: "SPOT" | "ON_DEMAND";
  /** DC put aside */
  escrowDc: bigint;
  /** left out: the pool's rate of now */
  maxRateDcPerHour?: bigint;
  /** whose DC pay, by a spender that it named; null: the sender's */
  customer?: string;
}

/** Rents a GPU. */
export const rent: Action<Rent> = async ({ from, gpu, tier, escrowDc, maxRateDcPerHour, customer }, reads) => {
  const isSpot = tier === "SPOT";
  const maxRate = maxRateDcPerHour ?? (await rateOf()) ?? 0n;
  const terms = [BigInt(gpu), escrowDc, maxRate] as const;
  const own = isSpot ? "rentSpot" : "rentOnDemand";
  const call =
    customer === undefined || customer === from
      ? reads.call("Marketplace", own, terms)
      : reads.call("Marketplace", `${own}For`, [asAddress(customer), ...terms]);
  return { call, cost: { dc: escrowDc } };

  async function rateOf(): Promise<bigint | undefined> {
    const poolId = await reads.read("GpuNFT", "poolOf", [BigInt(gpu)]);
    const rates = poolId === undefined ? undefined : await reads.read("PoolRegistry", "ratesOf", [poolId]);
    return isSpot ? rates?.spot : rates?.onDemand;
  }
};

/** More escrow for a rental. */
export interface TopUp extends Sender {
  rental: string;
  dc: bigint;
}

/** Adds escrow to a running rental, from the sender's DC. */
export const topUp: Action<TopUp> = ({ rental, dc }, reads) => ({
  call: reads.call("Marketplace", "topUp", [BigInt(rental), dc]),
  cost: { dc },
});

/** A rental. */
export interface OfRental extends Sender {
  rental: string;
}

/** Ends a rental; the rest of its escrow goes back to its customer. */
export const endRental: Action<OfRental> = async ({ from, rental: id }, reads) => {
  const rentalId = BigInt(id);
  const [rental, due] = await Promise.all([
    reads.read("Marketplace", "rentalOf", [rentalId]),
    reads.read("Marketplace", "due", [rentalId]),
  ]);
  const rest = rental === undefined || due === undefined ? undefined : rental.escrowDc - rental.burnedDc - due;
  const isOwn = rental?.customer.toLowerCase() === from;
  return {
    call: reads.call("Marketplace", "end", [rentalId]),
    cost: rest === undefined ? null : isOwn ? { returnsDc: rest } : {},
  };
};
