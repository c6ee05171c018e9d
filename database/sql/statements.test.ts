import fc from "fast-check";
import { statementsOf } from "./statements.ts";
import { tokensOf } from "./tokens.ts";

const split = (sql: string): string[] => [...statementsOf(sql)].map(({ start, end }) => sql.slice(start, end));

describe("statementsOf", () => {
  it.each([
    ["nothing", "", []],
    ["only comments", "-- a;\n/* b; /* c; */ d; */ ;;", []],
    ["one without a semicolon", " select 1 ", ["select 1"]],
    ["several", "select 1; select 2;", ["select 1", "select 2"]],
    [
      "semicolons in strings",
      "select 'a;b', 'it''s;', E'a\\';b'; select 2",
      ["select 'a;b', 'it''s;', E'a\\';b'", "select 2"],
    ],
    ["semicolons in names", 'select "a;""b"; select 2', ['select "a;""b"', "select 2"]],
    [
      "semicolons in dollar quotes",
      "do $x$ begin a; $$ end; $x$; select $$;$$",
      ["do $x$ begin a; $$ end; $x$", "select $$;$$"],
    ],
    ["parameters, which are no dollar quotes", "select $1; select $2", ["select $1", "select $2"]],
    [
      "semicolons in parentheses",
      "create rule r as on insert to t do (select 1; select 2); select 3",
      ["create rule r as on insert to t do (select 1; select 2)", "select 3"],
    ],
    [
      "the body of an SQL-standard routine",
      "create or replace function f(a int) returns int begin atomic select case when a > 0 then 1 end; select 2; end; select 3",
      [
        "create or replace function f(a int) returns int begin atomic select case when a > 0 then 1 end; select 2; end",
        "select 3",
      ],
    ],
    ["a transaction's BEGIN and END", "begin; select 1; end; select 2", ["begin", "select 1", "end", "select 2"]],
    ["an unclosed quote, to the end", "select 1; select 'a; b", ["select 1", "select 'a; b"]],
  ])("splits %s", (_what, sql, expected) => {
    expect(split(sql)).toEqual(expected);
  });

  it("never fails and loses no word, whatever the text", () => {
    const pieces = fc.constantFrom(
      "'",
      '"',
      "$$",
      "$a$",
      "--",
      "/*",
      "*/",
      ";",
      "\n",
      "E'",
      "\\",
      "(",
      ")",
      "x",
      " ",
      "$1",
      "é",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
        const sql = parts.join("");
        let end = 0;
        for (const token of tokensOf(sql)) {
          expect(token.start).toBeGreaterThanOrEqual(end);
          expect(token.end).toBeGreaterThan(token.start);
          expect(sql.slice(end, token.start)).toMatch(/^(\s|--[^\n]*|\/\*[\s\S]*)*$/);
          end = token.end;
        }
        expect(end).toBeLessThanOrEqual(sql.length);
      }),
    );
  });
});
