import { blankResult, withFailure } from "./scrape/scrape.ts";
import { ScrapeFailure } from "./parse/limits.ts";
import { renderTargets } from "./targets-page.ts";

it("the page shows failing targets first, with their last error, and nothing of theirs as HTML", () => {
  const { rows: _rows, ...last } = blankResult("http://b:1/metrics", 1_000, 2_000, 1_000);
  const failed = withFailure({ ...last, rows: [] }, new ScrapeFailure("http_status", "answered <script>500</script>"));
  const page = renderTargets(
    [
      {
        target: { url: "http://b:1/metrics", labels: { operator: "1" } },
        last: { ...last, gpuCount: 8 },
        lateCount: 0,
      },
      { target: { url: "http://c:1/metrics", labels: {} }, last: undefined, lateCount: 0 },
      { target: { url: "http://a:1/metrics", labels: { x: '"&' } }, last: { ...failed, gpuCount: 0 }, lateCount: 3 },
    ],
    4_000,
  );
  expect(page.indexOf("http://a:1")).toBeLessThan(page.indexOf("http://c:1"));
  expect(page.indexOf("http://c:1")).toBeLessThan(page.indexOf("http://b:1"));
  expect(page).toContain("Targets: 1 of 3 up");
  expect(page).toContain("http_status: answered &lt;script&gt;500&lt;/script&gt;");
  expect(page).toContain("x=&quot;&amp;");
  expect(page).toContain("<td>3 s ago</td>");
  expect(page).not.toContain("<script>");
});
