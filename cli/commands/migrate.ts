import type { Command } from "commander";
import { createLogger } from "#kernel/log.ts";
import { checkDatabase } from "#kernel/pg.ts";
import type { SettingName } from "#kernel/settings.ts";
import { MIGRATIONS } from "../migrations.ts";
import { addSettings, databaseUrlOf, settingsOf } from "../settings.ts";

const NAMES = ["databaseUrl", "databasePort", "logLevel"] as const satisfies SettingName[];

/** `bc migrate`: brings the database's schemas up to date. */
export function addMigrate(program: Command): void {
  const command = program.command("migrate").description("bring the database's schemas up to date");
  addSettings(command, NAMES).action(async () => {
    const settings = settingsOf(command, NAMES);
    const { migrate } = await import("#database/migrate.ts");
    const databaseUrl = databaseUrlOf(settings);
    await checkDatabase(databaseUrl);
    const { applied } = await migrate(databaseUrl, MIGRATIONS, createLogger("migrate", settings.logLevel));
    process.stdout.write(applied.length === 0 ? "nothing to do\n" : `applied ${applied.join(", ")}\n`);
  });
}
