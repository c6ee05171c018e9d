import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readMigrations } from "./files.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "bc-migrations-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const write = (name: string, text: string): void => writeFileSync(join(dir, name), text);
const read = (): ReturnType<typeof readMigrations> => readMigrations({ room: "room", dir });

describe("readMigrations", () => {
  it("reads .sql files in order and cuts them into statements with their lines", () => {
    write("0002_b.sql", "select 2;");
    write("0001_a.sql", "-- why\ncreate table a (x text default ';');\n\n\ninsert into a values ('b');\n");
    write("notes.md", "no migration");
    expect(read()).toMatchObject([
      {
        name: "0001_a.sql",
        isTransaction: true,
        statements: [
          { sql: "create table a (x text default ';')", line: 2 },
          { sql: "insert into a values ('b')", line: 5 },
        ],
      },
      { name: "0002_b.sql", statements: [{ sql: "select 2", line: 1 }] },
    ]);
  });

  it("cuts files without a transaction at their separators only", () => {
    write("0001_a.sql", "-- no-transaction\nselect 1; select 2;\n--;;\n\n-- nothing here\n--;;  \ncall f();\n");
    expect(read()).toMatchObject([
      {
        isTransaction: false,
        statements: [
          { sql: "select 1; select 2;\n", line: 2 },
          { sql: "call f();\n", line: 7 },
        ],
      },
    ]);
  });

  it("takes a file with CRLF and a byte order mark for the same one", () => {
    write("0001_a.sql", "select 1;\nselect 2;\n");
    const [unix] = read();
    write("0001_a.sql", "\uFEFFselect 1;\r\nselect 2;\r\n");
    expect(read()).toEqual([unix]);
  });

  it.each(["1_a.sql", "0001-a.sql", "0001_A.sql", "a.sql"])("refuses the name %s", (name) => {
    write(name, "");
    expect(read).toThrow(expect.objectContaining({ code: "MIGRATION_NAME" }) as Error);
  });

  it("refuses two files of one number", () => {
    write("0001_a.sql", "");
    write("0001_b.sql", "");
    expect(read).toThrow("room/0001_b.sql has the same number as 0001_a.sql");
  });

  it("refuses a folder that isn't there", () => {
    expect(() => readMigrations({ room: "room", dir: join(dir, "none") })).toThrow(
      "cannot read the migrations of room",
    );
  });
});
