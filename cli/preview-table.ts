import type { Preview } from "#collector/index.ts";
import { alignTable } from "./tables.ts";

/** Rejects that are shown; all of them are in the JSON. */
const SHOWN = 20;

/** What `bc telemetry parse` prints. */
export function previewTable({ generation, sampleCount, gpus, xids, rejects, rejectCounts }: Preview): string {
  const units = generation === "2026" ? "of 2026 (Hz, J, ratio, bytes)" : "before 2026 (MHz, mJ, %, MiB)";
  const counts = Object.entries(rejectCounts).map(([reason, count]) => `${count} ${reason}`);
  return [
    `${sampleCount} samples in units ${units}`,
    ...gpus.flatMap(gpuLines),
    ...xids.map(xidLine),
    "",
    `rejected: ${counts.join(", ") || "nothing"}`,
    ...rejects.slice(0, SHOWN).map(rejectLine),
    ...(rejects.length > SHOWN ? [`… and ${rejects.length - SHOWN} more; all of them with --json`] : []),
  ].join("\n");
}

function xidLine({ uuid, code, text, recent, total }: Preview["xids"][number]): string {
  const counts = [
    ...(recent === undefined ? [] : [`${recent} in the last minutes`]),
    ...(total === undefined ? [] : [`${total} since the exporter's start`]),
  ];
  const counted = counts.length === 0 ? "" : ` (${counts.join(", ")})`;
  return `XID ${code} on ${uuid}${text === "" ? "" : `: ${text}`}${counted}`;
}

function gpuLines({ uuid, migId, migProfile, model, labels, values }: Preview["gpus"][number]): string[] {
  const slice = migId === null ? "" : `, slice ${migId}${migProfile === null ? "" : ` (${migProfile})`}`;
  const rows = Object.entries(values).map(([column, { value, unit }]) => [`  ${column}`, String(value), unit]);
  const said = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  return ["", `${uuid}${slice}, ${model ?? "model unknown"}`, `  ${said.join(" ")}`, alignTable(rows, new Set([1]))];
}

function rejectLine(reject: Preview["rejects"][number]): string {
  if ("line" in reject) return `  line ${reject.line}, ${reject.reason}: ${reject.text}`;
  const slice = reject.migId === null ? "" : `, slice ${reject.migId}`;
  return `  ${reject.uuid}${slice}, ${reject.reason}: ${reject.column} printed as ${reject.raw}`;
}
