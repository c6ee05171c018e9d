/** What a score is made of, in the order in which it is shown. */
export const DIMENSIONS = ["AVAILABILITY", "COMPLETION", "PERFORMANCE", "HEALTH", "CONDUCT"] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** Whom a score is about: an operator, or one of the members of a distributed one. */
export interface Subject {
  operatorId: string;
  /** `chain.member.id`; null: the operator itself */
  memberId: string | null;
}

/** On whom and when an outcome counts: on the operator, and on the member that brought the GPU, if one did. */
interface FactBase extends Subject {
  /** UTC day since 1970: a GPU-day's own, the day of a rental's end, the day of an event */
  day: number;
}

/**
 * One GPU on one day: `telemetry.gpu_minutes` and `rollup_1d`, with the rentals beside them. Days of a subject's GPUs
 * without any fault may come as one, minutes added up: a large fleet then is some thousand facts, and the score the same.
 */
export interface GpuDayFact extends FactBase {
  kind: "GPU_DAY";
  /** null: several */
  gpuId: string | null;
  /** GPU-days with a sample in it */
  count: number;
  upMinutes: number;
  /** minutes DOWN; those UNKNOWN are in neither */
  downMinutes: number;
  /** by payer, how many of the minutes UP or DOWN were rented, in whole minutes */
  rented: readonly { payer: string; minutes: number }[];
  /** minutes with a sample; without one the day says nothing of the GPU's health */
  sampledMinutes: number;
  overThermalLimitMinutes: number;
  xids: readonly number[];
  hasNewUncorrectableEcc: boolean;
  /** `row_remap_failed`, or a remap or page retirement pending */
  hasRowRemapFault: boolean;
}

/** Busy hours of GPUs on one day under one payer's rentals. Hours that nobody rented aren't facts. */
export interface BusyHoursFact extends FactBase {
  kind: "BUSY_HOURS";
  /** null: several */
  gpuId: string | null;
  /** GPU-days in it */
  count: number;
  payer: string;
  busyHours: number;
  /** Σ over the hours of busy hours × `hourPerformance` */
  deliveredHours: number;
}

/** Why a rental ended: `chain.rental.end_reason`. */
export type EndReason = "CUSTOMER" | "FUNDS" | "GPU_OFFLINE" | "PREEMPTED" | "TERM" | "SLOT";

/** A rental that is over; several of one payer if all went well and the payer never was on the operator's side. */
export interface RentalEndFact extends FactBase {
  kind: "RENTAL_END";
  /** the first of several */
  rentalId: string;
  /** null: several */
  gpuId: string | null;
  /** rentals in it */
  count: number;
  payer: string;
  startAt: number;
  endAt: number;
  endReason: EndReason;
  /** whether a preemption was told at least `spotNotice` ahead */
  wasNoticed: boolean;
  paidSeconds: number;
  /** minutes DOWN between its start and its end */
  downMinutes: number;
}

/** Something that the operator did: a refund, a change of shares in force, a kick taken back. */
export interface ConductFact extends FactBase {
  kind: "CONDUCT";
  /** transaction hash and log index, or pool and epoch of a share rule */
  eventId: string;
  event: "SLOT_REFUNDED" | "SHARES_CHANGED" | "KICK_REVERSED";
  gpuId: string | null;
  /** who was paid back; null: the operator did it by itself */
  payer: string | null;
}

export type Fact = GpuDayFact | BusyHoursFact | RentalEndFact | ConductFact;

/**
 * A span in which an account stood on the operator's side: it held the identity, was its payee, a member, or owned one
 * of its GPUs.
 */
export interface RelationFact {
  operatorId: string;
  account: string;
  fromAt: number;
  /** exclusive; null: it lasts */
  toAt: number | null;
}
