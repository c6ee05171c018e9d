import { addConflicts } from "./conflicts-table.ts";
import type { OpenConflict } from "./identity/conflicts.ts";

const CONFLICT: OpenConflict = {
  uuid: "GPU-1",
  keptUrl: "http://a:9400/metrics",
  refusedUrl: "http://b:9400/$&<script>",
  firstSeenAt: 0,
  lastSeenAt: 120_000,
  scrapeCount: 12,
};

it("the page of targets names GPUs at two places, both places, and since when", () => {
  const page = addConflicts("<body><h1>Targets</h1></body>", [CONFLICT, { ...CONFLICT, keptUrl: "" }], 125_000);
  expect(page).toContain("GPUs at two places: 2");
  expect(page).toContain(
    "<td>GPU-1</td><td>http://a:9400/metrics</td><td>http://b:9400/$&amp;&lt;script&gt;</td><td>2 min</td><td>5 s ago</td><td>12</td>",
  );
  expect(page).toContain("<td>a target of another collector</td>");
  expect(page).toMatch(/<\/table>\n<\/body>$/);
  expect(page).not.toContain("<script>");
});

it("the page of targets says nothing of places where there is no conflict", () => {
  expect(addConflicts("<body></body>", [], 0)).toBe("<body></body>");
});
