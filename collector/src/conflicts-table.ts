import type { OpenConflict } from "./identity/conflicts.ts";
import { escapeHtml } from "./targets-page.ts";

/** Adds to the page /targets the GPUs that two targets show at once; nothing where there are none. */
export function addConflicts(page: string, conflicts: readonly OpenConflict[], nowMs: number): string {
  if (conflicts.length === 0) return page;
  const table = `<h2>GPUs at two places: ${conflicts.length}</h2>
<p>Samples of the first place are kept. One of the two, or both, says what isn't so: an exporter was copied, or a target is listed twice.</p>
<table>
<tr><th>GPU</th><th>kept from</th><th>refused from</th><th>for</th><th>last</th><th>scrapes refused</th></tr>
${conflicts.map((conflict) => renderRow(conflict, nowMs)).join("\n")}
</table>
</body>`;
  // As a function, since text may hold what a replacement's pattern would take for a reference.
  return page.replace("</body>", () => table);
}

function renderRow(conflict: OpenConflict, nowMs: number): string {
  const { uuid, keptUrl, refusedUrl, firstSeenAt, lastSeenAt, scrapeCount } = conflict;
  const cells = [
    uuid,
    keptUrl === "" ? "a target of another collector" : keptUrl,
    refusedUrl,
    `${Math.round((lastSeenAt - firstSeenAt) / 60_000)} min`,
    `${Math.round((nowMs - lastSeenAt) / 1_000)} s ago`,
    String(scrapeCount),
  ];
  return `<tr class="down">${cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join("")}</tr>`;
}
