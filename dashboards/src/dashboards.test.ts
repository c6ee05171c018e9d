import { renderDashboard } from "./grafana.ts";
import { DASHBOARDS } from "./index.ts";
import { expandMacros } from "./macros.ts";

interface Panel {
  id: number;
  title: string;
  description: string;
  gridPos: { x: number; y: number; w: number; h: number };
  fieldConfig: { defaults: { unit: string } };
  targets: { rawSql: string }[];
}

const panelsOf = (place: number) => renderDashboard(DASHBOARDS[place]!)["panels"] as Panel[];

describe.each(DASHBOARDS.map((spec, place) => [spec.uid, place] as const))("dashboard %s", (_uid, place) => {
  it("has panels with ids, titles, descriptions and units of their own", () => {
    const panels = panelsOf(place);
    expect(new Set(panels.map((panel) => panel.id)).size).toBe(panels.length);
    expect(panels.filter((panel) => !panel.title || !panel.description || !panel.fieldConfig.defaults.unit)).toEqual(
      [],
    );
  });

  it("has no panel over another or over the edge", () => {
    const boxes = panelsOf(place).map((panel) => panel.gridPos);
    const overlaps = boxes.flatMap((a, i) =>
      boxes.slice(i + 1).filter((b) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h),
    );
    expect(overlaps).toEqual([]);
    expect(boxes.every((box) => box.x >= 0 && box.x + box.w <= 24)).toBe(true);
  });

  it("uses no variable that it lacks", () => {
    const spec = DASHBOARDS[place]!;
    const used = spec.panels.flatMap(({ sql }) => [...sql.matchAll(/\$(?!__)(\w+)/g)].map((match) => match[1]));
    const names = spec.variables.map((variable) => variable.name);
    expect(used.filter((name) => !names.includes(name ?? ""))).toEqual([]);
  });
});

describe("macros", () => {
  const values = {
    from: new Date("2026-11-22T10:00:00Z"),
    to: new Date("2026-11-22T11:00:00Z"),
    variables: { gpu: "7" },
  };

  it("become what Grafana's data source makes of them", () => {
    expect(expandMacros("select $__timeGroupAlias(t, '1h') from x where $__timeFilter(t) and g = '$gpu'", values)).toBe(
      `select time_bucket('3600.000s',t) AS "time" from x where t BETWEEN '2026-11-22T10:00:00.000Z' AND '2026-11-22T11:00:00.000Z' and g = '7'`,
    );
  });

  it("that Grafana doesn't know are an error", () => {
    expect(() => expandMacros("select $__timeMagic(t)", values)).toThrow("no macro $__timeMagic");
  });
});
