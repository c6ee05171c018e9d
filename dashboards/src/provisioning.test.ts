import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { migrated, openTestDatabase, type TestDatabase } from "#database/testing.ts";
import { createPool, type Pool } from "#kernel/pg.ts";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const README = readFileSync(at("../README.md"), "utf8");
const SOURCE = readFileSync(at("../provisioning/datasources/berkeley.yaml"), "utf8");
/** A server keeps roles of all databases in one place. */
const ROLE = `grafana_${process.pid}`;

let database: TestDatabase;
let owner: Pool;
let grafana: Pool;

beforeAll(async () => {
  database = await openTestDatabase({ content: migrated({ room: "collector", dir: at("../../collector/sql") }) });
  owner = createPool(database.url, { name: "test" });
  const [, sql = ""] = /```sql\n([^`]+)```/.exec(README) ?? [];
  await owner.query(sql.replaceAll(/\bgrafana\b/g, ROLE));
  const [, password = ""] = /password '([^']+)'/.exec(sql) ?? [];
  const url = new URL(database.url);
  [url.username, url.password] = [ROLE, password];
  grafana = createPool(url.href, { name: "test" });
});

afterAll(async () => {
  await grafana.end();
  await owner.query(`drop role ${ROLE}`);
  await owner.end();
  await database.close();
});

describe("the login that the README makes", () => {
  it("reads the views, and writes nothing", async () => {
    expect((await grafana.query("select session_user as user")).rows).toEqual([{ user: ROLE }]);
    for (const view of ["watermark", "gpu", "rollup_1m"])
      expect((await grafana.query(`select * from telemetry.${view}`)).rows).toEqual([]);
    await expect(grafana.query("insert into telemetry.target (url) values ('x')")).rejects.toMatchObject({
      code: "42501",
    });
  });

  it("has every variable that the data source wants named beside it", () => {
    const wanted = [...SOURCE.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name);
    const named = [...README.matchAll(/^(BC_DB_\w+)=/gm)].map(([, name]) => name);
    expect(named.sort()).toEqual(wanted.sort());
    expect(README).toMatch(/^BC_DB_USER=grafana$/m);
  });
});
