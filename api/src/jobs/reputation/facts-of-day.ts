import type { ConductFact, EndReason, Fact, GpuDayFact, RelationFact, Subject } from "../../domain/reputation/facts.ts";
import { encodeFacts } from "../../domain/reputation/kept-facts.ts";
import type { BusyRow, ConductRow, GpuDayRow, RelationRow, RentalEndRow } from "../../sources/reputation-day.ts";

const MS_PER_HOUR = 3_600_000;

/** What is kept of a day, as read. */
export interface DayRows {
  gpuDays: readonly GpuDayRow[];
  busy: readonly BusyRow[];
  ends: readonly RentalEndRow[];
  conduct: readonly ConductRow[];
  relations: readonly RelationRow[];
}

/** The kept texts of a day's facts by operator, in the order of the operators' numbers. */
export function keptTexts(day: number, rows: DayRows): Map<string, string> {
  const relations = grouped(rows.relations.map(({ ...span }): RelationFact => span));
  const facts: Fact[] = [
    ...rows.gpuDays.map((row) => gpuDay(day, row)),
    ...rows.busy.map(({ busyMs, deliveredMs, ...row }): Fact => {
      return {
        kind: "BUSY_HOURS",
        day,
        ...row,
        busyHours: busyMs / MS_PER_HOUR,
        deliveredHours: deliveredMs / MS_PER_HOUR,
      };
    }),
    ...rows.ends.map(({ endReason, ...row }): Fact => {
      return { kind: "RENTAL_END", day, ...row, endReason: endReason as EndReason };
    }),
    ...rows.conduct.map(({ event, ...row }): Fact => ({
      kind: "CONDUCT",
      day,
      ...row,
      event: event as ConductFact["event"],
    })),
  ];
  const byOperator = grouped(facts);
  const ids = [...byOperator.keys()].sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  return new Map(
    ids.map((id) => [id, encodeFacts({ facts: byOperator.get(id) ?? [], relations: merged(relations.get(id) ?? []) })]),
  );
}

function gpuDay(day: number, row: GpuDayRow): GpuDayFact {
  const { operatorId, memberId, gpuId, count, payers, minutes } = row;
  return {
    kind: "GPU_DAY",
    ...{ operatorId, memberId, gpuId, count, day },
    upMinutes: row.up,
    downMinutes: row.down,
    rented: payers.map((payer, at) => ({ payer, minutes: minutes[at] ?? 0 })),
    sampledMinutes: row.sampled,
    overThermalLimitMinutes: row.hot,
    xids: row.xids ?? [],
    hasNewUncorrectableEcc: row.hasEcc,
    hasRowRemapFault: row.hasRemap,
  };
}

/** Spans of an account that touch or overlap as one. */
function merged(relations: readonly RelationFact[]): RelationFact[] {
  const spans: RelationFact[] = [];
  const inOrder = [...relations].sort((a, b) =>
    a.account === b.account ? a.fromAt - b.fromAt : a.account < b.account ? -1 : 1,
  );
  for (const span of inOrder) {
    const last = spans.at(-1);
    if (last?.account !== span.account || (last.toAt !== null && last.toAt < span.fromAt)) spans.push({ ...span });
    else if (last.toAt !== null) last.toAt = span.toAt === null ? null : Math.max(last.toAt, span.toAt);
  }
  return spans;
}

function grouped<T extends Pick<Subject, "operatorId">>(items: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(item.operatorId);
    if (group) group.push(item);
    else groups.set(item.operatorId, [item]);
  }
  return groups;
}
