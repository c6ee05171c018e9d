import { encodeCopy } from "./copy.ts";
import { insertParameters, insertStatement } from "./insert.ts";
import { SAMPLE, type BulkTable } from "./table.ts";

const TABLE: BulkTable = {
  name: "t",
  columns: [
    { name: "time", type: "timestamptz" },
    { name: "n", type: "int4" },
    { name: "x", type: "float8" },
    { name: "ok", type: "bool" },
    { name: "s", type: "text" },
    { name: "j", type: "jsonb" },
  ],
};

describe("encodeCopy", () => {
  it("writes PostgreSQL's binary format", () => {
    const bytes = encodeCopy(TABLE, [[946_684_801_000, -2, 1.5, true, "é", '{"a":1}']]);
    expect(bytes.toString("hex")).toBe(
      [
        "5047434f50590aff0d0a00", // PGCOPY\n\377\r\n\0
        "00000000" + "00000000", // flags, length of the extension
        "0006", // columns
        "00000008" + "00000000000f4240", // one second after 2000-01-01, in microseconds
        "00000004" + "fffffffe",
        "00000008" + "3ff8000000000000",
        "00000001" + "01",
        "00000002" + "c3a9",
        "00000008" + "01" + "7b2261223a317d", // version 1, then the text
        "ffff", // the end
      ].join(""),
    );
  });

  it("writes null as a length of -1, and grows as it must", () => {
    const row = [null, null, null, null, "x".repeat(10_000), null];
    const bytes = encodeCopy(TABLE, [row, row]);
    expect(bytes).toHaveLength(19 + 2 * (2 + 5 * 4 + 4 + 10_000) + 2);
    expect(bytes.readInt32BE(21)).toBe(-1);
  });
});

describe("insertParameters", () => {
  it("writes one array per column", () => {
    expect(
      insertParameters(TABLE, [
        [0, -2, 1.5, true, 'a"\\b', '{"a":1}'],
        [1, null, 1e300, false, null, null],
      ]),
    ).toEqual([
      '{"1970-01-01T00:00:00.000Z","1970-01-01T00:00:00.001Z"}',
      "{-2,NULL}",
      "{1.5,1e+300}",
      "{true,false}",
      '{"a\\"\\\\b",NULL}',
      '{"{\\"a\\":1}",NULL}',
    ]);
  });

  it("fits its statement", () => {
    expect(insertStatement(TABLE)).toBe(
      "insert into t (time, n, x, ok, s, j) select * from unnest($1::timestamptz[], $2::int4[], $3::float8[], $4::bool[], $5::text[], $6::jsonb[]) on conflict do nothing",
    );
    expect(insertParameters(SAMPLE, [])).toHaveLength(SAMPLE.columns.length);
  });
});
