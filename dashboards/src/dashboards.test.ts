import { DASHBOARDS } from "./index.ts";
import { lint } from "./lint.ts";

it.each(DASHBOARDS.map((spec) => [spec.uid, spec] as const))(
  "dashboard %s has nothing to complain of",
  (_uid, spec) => {
    expect(lint(spec, DASHBOARDS)).toEqual([]);
  },
);
