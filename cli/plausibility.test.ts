import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { migrate } from "#database/migrate.ts";
import { openTestDatabase, type TestDatabase } from "#database/testing.ts";
import { silentLogger } from "#kernel/log.ts";
import { createPool } from "#kernel/pg.ts";
import { ROOT } from "./test/network.ts";

const FINDING = {
  kind: "ENERGY",
  weight: 0.8,
  severity: 1,
  window: { from: "2026-11-20T00:00:00.000Z", to: "2026-11-21T00:00:00.000Z" },
  numbers: [
    { name: "ratio", value: 2, unit: "1" },
    { name: "hours_off", value: 24, unit: "h" },
  ],
  words: "In 24 of 24 hours the energy counter and power contradict each other.",
};

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

async function bc(...args: readonly string[]) {
  const { PATH = "" } = process.env;
  const command = [join(ROOT, "cli/bc.mjs"), "telemetry", "plausibility", ...args];
  const child = spawn(process.execPath, command, { env: { PATH, DATABASE_URL: database.url } });
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { out, err, code: code as number };
}

/** Two GPUs: one that was tampered with, of two days, and one of which nothing is known. */
async function seed(): Promise<void> {
  const dir = fileURLToPath(new URL("../collector/sql", import.meta.url));
  await migrate(database.url, [{ room: "collector", dir }], silentLogger);
  const pool = createPool(database.url, { name: "test", max: 1 });
  await pool.query(
    `insert into telemetry.gpu (uuid, uuid_hash, model, first_seen_at, last_seen_at)
     values ('GPU-1', '\\x01', 'NVIDIA L40S', now(), now()), ('GPU-2', '\\x02', null, now(), now())`,
  );
  await pool.query(
    `insert into telemetry.plausibility
       (gpu_key, day, methodology_version, score, reason, known_share, hours, assessed_through, findings, sketch)
     values (1, '2026-11-19Z', 1, 1, null, 0.9, 24, '2026-11-20Z', '[]', '{}'),
       (1, '2026-11-20Z', 1, 0.2, null, 0.857, 24, '2026-11-21Z', $1, '{}'),
       (2, '2026-11-20Z', 1, null, 'no good sample of it on that day', 0, 0, '2026-11-21Z', '[]', '{}')`,
    [JSON.stringify([FINDING])],
  );
  await pool.end();
}

it("tells what to do where the tables are missing, or nothing is known, or the day is none", async () => {
  expect(await bc()).toMatchObject({ code: 1, err: expect.stringContaining("bc migrate") });
  await seed();
  expect(await bc("--gpu", "GPU-9")).toMatchObject({ code: 1, err: expect.stringContaining("NO_PLAUSIBILITY") });
  expect(await bc("--day", "2026-02-30")).toMatchObject({ code: 1, err: expect.stringContaining("BAD_DAY") });
});

it("shows the newest day of every GPU, the least plausible first, and what speaks against it", async () => {
  const { out, err, code } = await bc();
  expect([err, code]).toEqual(["", 0]);
  expect(out.split("\n").slice(1, 3)).toEqual([
    " 0.20   86 %  2026-11-20  GPU-1  NVIDIA L40S  ENERGY",
    "    -    0 %  2026-11-20  GPU-2  -            no good sample of it on that day",
  ]);
});

it("shows one GPU's evidence in words and numbers, of any day, and all of it as JSON", async () => {
  const { out } = await bc("--gpu", "gpu-1");
  expect(out).toContain("score 0.20 of 1 on 2026-11-20");
  expect(out).toContain("ENERGY: severity 1 × weight 0.8, 2026-11-20T00:00Z to 2026-11-21T00:00Z");
  expect(out).toContain(`  ${FINDING.words}\n  ratio 2, hours_off 24 h\n`);
  expect(out).toContain("A score is no verdict");
  const json = JSON.parse((await bc("--gpu", "GPU-1", "--day", "2026-11-19", "--json")).out) as unknown;
  expect(json).toMatchObject([{ uuid: "GPU-1", day: "2026-11-19T00:00:00.000Z", score: 1, findings: [] }]);
});
