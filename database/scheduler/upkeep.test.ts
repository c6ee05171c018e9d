import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jest } from "@jest/globals";
import { MINUTE_MS } from "#kernel/time.ts";
import { openEmbedded, type EmbeddedDatabase } from "../open.ts";
import { isEmbedded, makeDatabaseFolder } from "../testing.ts";
import { Checkpoints } from "./checkpoint.ts";
import type { Chore, RunSql } from "./chore.ts";
import { Upkeep } from "./upkeep.ts";

const describeEmbedded = isEmbedded ? describe : describe.skip;
jest.setTimeout(120_000);

let parent: string;
let database: EmbeddedDatabase;
let said: string[] = [];

const sql: RunSql = (text) => {
  said.push(text.trim());
  return database.engine.query(text);
};

/** Runs a chore until it has nothing more to do at once; gives the statements of maintenance. */
function work(chore: Chore, nowMs: number): string[] {
  said = [];
  while (chore.run(sql, nowMs) <= nowMs);
  return said.filter((text) => /^(vacuum|analyze|checkpoint)/.test(text));
}

describeEmbedded("maintenance (embedded only)", () => {
  beforeAll(async () => {
    parent = mkdtempSync(join(tmpdir(), "bc-upkeep-"));
    await makeDatabaseFolder(join(parent, "database"));
    database = await openEmbedded(join(parent, "database"));
  });
  afterAll(async () => {
    await database?.close();
    rmSync(parent, { recursive: true, force: true });
  });

  it("analyzes a table that has grown and vacuums one with dead rows, once each", () => {
    const upkeep = new Upkeep();
    work(upkeep, 0);
    sql("create table grown (a int); create table churned (a int primary key)");
    sql(
      "insert into grown select g from generate_series(1, 1000) g; insert into churned select g from generate_series(1, 1000) g",
    );
    expect(work(upkeep, MINUTE_MS)).toEqual(expect.arrayContaining(["analyze public.grown", "analyze public.churned"]));
    sql("delete from churned where a <= 500");
    // 500 dead of 1000 rows is more than 50 + 20 %
    const second = work(upkeep, 2 * MINUTE_MS);
    expect(second).toEqual(expect.arrayContaining(["vacuum public.churned", "analyze public.churned"]));
    expect(second).not.toContain("analyze public.grown");
    expect(work(upkeep, 3 * MINUTE_MS).filter((text) => text.includes("public."))).toEqual([]);
    expect(sql("select reltuples from pg_class where relname = 'churned'")).toEqual([{ reltuples: "500" }]);
  });

  it("checkpoints a minute after something was written, or at once after 64 MB, and never for nothing", () => {
    const checkpoints = new Checkpoints();
    expect(work(checkpoints, 10 * MINUTE_MS)).toEqual(["checkpoint"]);
    expect(work(checkpoints, 12 * MINUTE_MS)).toEqual([]);
    sql("create table little (a int)");
    expect(work(checkpoints, 12 * MINUTE_MS)).toEqual(["checkpoint"]);
    sql("insert into little values (1)");
    expect(work(checkpoints, 12.5 * MINUTE_MS)).toEqual([]);
    sql("insert into little select g from generate_series(1, 1200000) g");
    expect(work(checkpoints, 12.6 * MINUTE_MS)).toEqual(["checkpoint"]);
  });
});
