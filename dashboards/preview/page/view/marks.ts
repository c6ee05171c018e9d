import type { Dashboard, Scope } from "../../model.ts";
import { colorOf } from "../data/colors.ts";
import { askMarks } from "../state/ask.ts";
import type { Mark } from "../panels/panel.ts";

/** More marks than this in one picture tell nothing. */
const MOST = 300;

/**
 * What a dashboard's annotations mark in a range. One that can't be read marks nothing: the panels are still worth seeing.
 *
 * @param off names of those that are turned off
 */
export async function marksOf(dashboard: Dashboard, scope: Scope, off: ReadonlySet<string>): Promise<Mark[]> {
  const wanted = (dashboard.annotations?.list ?? []).filter(
    ({ name, type, target, rawQuery }) => !off.has(name) && type !== "dashboard" && (target?.rawSql ?? rawQuery),
  );
  const all = await Promise.all(
    wanted.map(async ({ name, iconColor = "blue" }) => {
      const columns = await askMarks(dashboard.uid, name, scope, AbortSignal.timeout(20_000)).catch(() => []);
      const column = (...names: string[]) => columns.find((one) => names.includes(one.name.toLowerCase()))?.values;
      const [times = [], ends, texts] = [column("time"), column("timeend"), column("text")];
      return times.slice(0, MOST).flatMap((at, row) => {
        if (typeof at !== "number") return [];
        const until = ends?.[row];
        return [
          {
            at,
            until: typeof until === "number" ? until : undefined,
            text: String(texts?.[row] ?? name),
            color: colorOf(iconColor),
          },
        ];
      });
    }),
  );
  return all.flat();
}
