import { jest } from "@jest/globals";
import { Command } from "commander";
import { migrate } from "#database/migrate.ts";
import { openTestDatabase, type TestDatabase } from "#database/testing.ts";
import { silentLogger } from "#kernel/log.ts";
import { addApiKey } from "./commands/api-key.ts";
import { MIGRATIONS } from "./migrations.ts";

const WALLET = `0x${"Ab".repeat(20)}`;
let database: TestDatabase;

beforeAll(async () => {
  database = await openTestDatabase();
});

afterAll(() => database.close());

/** Runs `bc api-key …` on the test's database; what it prints. */
async function bc(...args: string[]): Promise<string> {
  const program = new Command().exitOverride();
  addApiKey(program);
  let out = "";
  const stdout = jest.spyOn(process.stdout, "write").mockImplementation((text) => {
    out += String(text);
    return true;
  });
  const stderr = jest.spyOn(process.stderr, "write").mockImplementation(() => true);
  try {
    await program.parseAsync(["api-key", ...args, "--database", database.url], { from: "user" });
    return out;
  } finally {
    stdout.mockRestore();
    stderr.mockRestore();
  }
}

it("keys are made once, listed without what opens anything, and revoked; each fault says its mend", async () => {
  await expect(bc("list")).rejects.toMatchObject({ hints: ["run `bc migrate` on it"] });
  await migrate(database.url, MIGRATIONS.slice(1), silentLogger);
  const made = await bc("create", WALLET, "dashboard", "--scope", "FLEET", "--cost", "9000000", "--days", "30");
  expect(made).toMatch(/^bck_[\w-]{64}\n$/);
  const listed = await bc("list", WALLET);
  expect(listed).toMatch(/1 {2}bck_[\w-]{6}… {2}dashboard {2}0x(ab){20} {2}FLEET {6}9000000/);
  expect(listed).not.toContain(made.trim());
  expect(await bc("revoke", "1")).toMatch(/^revoked bck_[\w-]{6}… "dashboard"\n$/);
  await expect(bc("revoke", "1")).rejects.toMatchObject({ code: "NO_SUCH_API_KEY" });
  await expect(bc("create", "0x12", "x")).rejects.toMatchObject({ code: "BAD_WALLET" });
  await expect(bc("create", WALLET, "x", "--cost", "0")).rejects.toMatchObject({ code: "BAD_FLAG" });
});
