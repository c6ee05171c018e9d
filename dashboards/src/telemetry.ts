/** Pieces of SQL over telemetry that several dashboards have. */

/** A mean weighted by the seconds that its samples cover, over rows of a roll-up; null where nothing was read. */
export const weighted = (column: string): string =>
  `sum(${column} * covered_seconds) / nullif(sum(covered_seconds) filter (where ${column} is not null), 0)`;

/** XIDs after which NVIDIA asks for a reset or a repair; the scores' methodology counts the same ones. */
export const FATAL_XIDS: readonly number[] = [48, 62, 64, 74, 79, 95, 119, 120, 140];
/** XIDs of the hardware that it dealt with by itself. */
export const HARDWARE_XIDS: readonly number[] = [63, 92, 94, 154, 171, 172];

/** What an event of `telemetry.gpu_event` (alias e) is the fault of: "fatal", "hardware" or "program" for XIDs, else its kind. */
export const EVENT_CLASS = `case when e.kind <> 'XID' then lower(replace(e.kind, '_', ' '))
    when e.code in (${FATAL_XIDS.join(", ")}) then 'XID, fatal'
    when e.code in (${HARDWARE_XIDS.join(", ")}) then 'XID, hardware'
    else 'XID, program' end`;
