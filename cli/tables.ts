import type { DeploymentInfo } from "#indexer/deployments/list.ts";

/**
 * A table for people: columns as wide as their widest text, numbers to the right.
 *
 * @param right columns, by index, whose texts stand to the right
 */
export function alignTable(rows: readonly (readonly string[])[], right: ReadonlySet<number> = new Set()): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows
    .map((row) =>
      row
        .map((text, column) =>
          right.has(column) ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0),
        )
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** What `bc deployments` prints. */
export function deploymentsTable(found: readonly DeploymentInfo[]): string {
  if (found.length === 0) return "no deployments";
  const head = ["schema", "name", "version", "network", "block", "state", "MiB", "written", "writer", "views", "build"];
  const rows = found.map((one) => [
    one.namespace,
    one.name ?? "-",
    one.version,
    one.network,
    one.block === null ? "-" : String(one.block),
    one.health === "healthy" ? (one.isSynced ? "synced" : "syncing") : one.health,
    (one.bytes / 2 ** 20).toFixed(1),
    one.writtenAt === null ? "-" : one.writtenAt.toISOString().slice(0, 19) + "Z",
    one.writer?.split("/").slice(0, 2).join("/") ?? "-",
    one.shownIn.join(",") || "-",
    one.deployment,
  ]);
  const reasons = found.flatMap(({ namespace, reason }) => (reason === null ? [] : [`${namespace}: ${reason}`]));
  return [alignTable([head, ...rows], new Set([4, 6])), ...reasons].join("\n");
}
