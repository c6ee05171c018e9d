import { FATAL_XIDS } from "./outcomes.ts";
import type { ConductFact, Dimension, Fact, GpuDayFact, RentalEndFact } from "./facts.ts";

const CONDUCT: Record<ConductFact["event"], string> = {
  SLOT_REFUNDED: "hours of a sold slot were refunded as not delivered",
  SHARES_CHANGED: "the shares changed with proper notice",
  KICK_REVERSED: "a member was kicked and taken back",
};

/** What happened, for people: why this outcome was less than 1 in this dimension. */
export function describe(fact: Fact, dimension: Dimension): string {
  switch (fact.kind) {
    case "GPU_DAY":
      return dimension === "HEALTH" ? describeHealth(fact) : describeUptime(fact);
    case "BUSY_HOURS": {
      const part = (100 * fact.deliveredHours) / fact.busyHours;
      return `${gpu(fact)} delivered ${part.toFixed(1)} % of its class over ${fact.busyHours.toFixed(1)} busy hours`;
    }
    case "RENTAL_END":
      return describeRental(fact);
    case "CONDUCT":
      return CONDUCT[fact.event];
  }
}

/** What tells this fact from any other of its day. */
export function factId(fact: Fact): string {
  switch (fact.kind) {
    case "GPU_DAY":
      return `gpu-day ${fact.gpuId ?? "several"}`;
    case "BUSY_HOURS":
      return `busy ${fact.gpuId ?? "several"} ${fact.payer}`;
    case "RENTAL_END":
      return `rental ${fact.rentalId}`;
    case "CONDUCT":
      return `event ${fact.eventId}`;
  }
}

function describeUptime(fact: GpuDayFact): string {
  const { upMinutes, downMinutes } = fact;
  return `${gpu(fact)} was DOWN for ${downMinutes} of ${upMinutes + downMinutes} minutes known`;
}

function describeHealth(fact: GpuDayFact): string {
  const fatal = fact.xids.filter((code) => FATAL_XIDS.has(code));
  const faults = [
    ...(fatal.length > 0 ? [`XID ${[...new Set(fatal)].join(", ")}`] : []),
    ...(fact.overThermalLimitMinutes > 0 ? [`${fact.overThermalLimitMinutes} minutes over its thermal limit`] : []),
    ...(fact.hasNewUncorrectableEcc ? ["new uncorrectable memory errors"] : []),
    ...(fact.hasRowRemapFault ? ["a row remap that failed or is pending"] : []),
  ];
  return `${gpu(fact)} had ${faults.join(", ")}`;
}

function describeRental(fact: RentalEndFact): string {
  const { rentalId, endReason, downMinutes } = fact;
  if (endReason === "GPU_OFFLINE") return `rental ${rentalId} was cut off: ${gpu(fact)} went OFFLINE`;
  if (downMinutes > 0) return `${gpu(fact)} was DOWN for ${downMinutes} minutes of rental ${rentalId}`;
  return `rental ${rentalId} was cut off without notice`;
}

function gpu({ gpuId, count }: { gpuId: string | null; count: number }): string {
  return gpuId === null ? `${count} GPUs together` : `GPU ${gpuId}`;
}
