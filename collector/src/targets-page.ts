import type { TargetStatus } from "./scrape/loops.ts";
import { formatDuration } from "./targets/duration.ts";
import type { TargetList } from "./targets/target.ts";

/**
 * The page /targets: what is wrong with the lists, and how each target stands, failing ones first, with the error of the
 * last scrape.
 */
export function renderTargets(
  statuses: readonly TargetStatus[],
  nowMs: number,
  { faults, warnings }: Omit<TargetList, "targets"> = { faults: [], warnings: [] },
): string {
  const rank = ({ last }: TargetStatus): number => (last === undefined ? 1 : last.failure === null ? 2 : 0);
  const sorted = [...statuses].sort((a, b) => rank(a) - rank(b) || a.target.url.localeCompare(b.target.url));
  const up = statuses.filter((status) => rank(status) === 2).length;
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Targets</title>
<style>
body { font: 14px system-ui, sans-serif; margin: 2rem }
table { border-collapse: collapse }
th, td { text-align: left; padding: .3rem .8rem; border-bottom: 1px solid #ddd; vertical-align: top }
.down { background: #fdecea }
</style></head>
<body>
<h1>Targets: ${up} of ${statuses.length} up</h1>
${faults.map((fault) => `<p class="down">${escapeHtml(fault)}: the last good list stays in force</p>`).join("\n")}
${warnings.map((warning) => `<p>${escapeHtml(warning)}</p>`).join("\n")}
<table>
<tr><th>target</th><th>state</th><th>last scrape</th><th>took</th><th>GPUs</th><th>samples</th><th>not kept</th><th>late</th></tr>
${sorted.map((status) => renderRow(status, nowMs)).join("\n")}
</table>
</body>
</html>
`;
}

function renderRow({ target, last, lateCount }: TargetStatus, nowMs: number): string {
  const every = target.schedule ? [`every ${formatDuration(target.schedule.intervalMs)}`] : [];
  const labels = [...Object.entries(target.labels).map(([name, value]) => `${name}=${value}`), ...every];
  const name = `${escapeHtml(target.url)}<br><small>${escapeHtml(labels.join(" "))}</small>`;
  if (!last) return `<tr><td>${name}</td><td colspan="7">not scraped yet</td></tr>`;
  const rejects = Object.entries(last.rejects).map(([reason, count]) => `${count} ${reason}`);
  const state = last.failure ? `${escapeHtml(last.failure.reason)}: ${escapeHtml(last.failure.detail)}` : "up";
  const cells = [
    name,
    state,
    `${((nowMs - last.at) / 1_000).toFixed(0)} s ago`,
    `${last.durationMs.toFixed(0)} ms`,
    String(last.gpuCount),
    String(last.sampleCount),
    rejects.join(", "),
    String(lateCount),
  ];
  return `<tr${last.failure ? ' class="down"' : ""}>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Text as it may stand in HTML, in attributes too. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
