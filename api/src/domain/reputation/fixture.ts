import { DAY_SECONDS } from "../window.ts";
import type { BusyHoursFact, ConductFact, GpuDayFact, RentalEndFact } from "./facts.ts";

/** A day on which one GPU was up all the time, not rented, and well. */
export function gpuDay(over: Partial<GpuDayFact> = {}): GpuDayFact {
  return {
    kind: "GPU_DAY",
    operatorId: "1",
    memberId: null,
    day: 100,
    gpuId: "1",
    count: 1,
    upMinutes: 1_440,
    downMinutes: 0,
    rented: [],
    sampledMinutes: over.upMinutes ?? 1_440,
    overThermalLimitMinutes: 0,
    xids: [],
    hasNewUncorrectableEcc: false,
    hasRowRemapFault: false,
    ...over,
  };
}

/** A rental of ten hours that its customer ended. */
export function rentalEnd(over: Partial<RentalEndFact> = {}): RentalEndFact {
  const day = over.day ?? 100;
  return {
    kind: "RENTAL_END",
    operatorId: "1",
    memberId: null,
    day,
    rentalId: "1",
    gpuId: "1",
    count: 1,
    payer: "0xaa",
    startAt: day * DAY_SECONDS,
    endAt: day * DAY_SECONDS + 36_000,
    endReason: "CUSTOMER",
    wasNoticed: true,
    paidSeconds: 36_000,
    downMinutes: 0,
    ...over,
  };
}

/** Ten busy hours at the class's speed. */
export function busyHours(over: Partial<BusyHoursFact> = {}): BusyHoursFact {
  return {
    kind: "BUSY_HOURS",
    operatorId: "1",
    memberId: null,
    day: 100,
    gpuId: "1",
    count: 1,
    payer: "0xaa",
    busyHours: 10,
    deliveredHours: 10,
    ...over,
  };
}

/** A refund of a slot to a stranger. */
export function conduct(over: Partial<ConductFact> = {}): ConductFact {
  return {
    kind: "CONDUCT",
    operatorId: "1",
    memberId: null,
    day: 100,
    eventId: "0x01",
    event: "SLOT_REFUNDED",
    gpuId: "1",
    payer: "0xaa",
    ...over,
  };
}
