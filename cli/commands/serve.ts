import type { Command } from "commander";
import { createLogger } from "#kernel/log.ts";
import { checkDatabase } from "#kernel/pg.ts";
import type { SettingName } from "#kernel/settings.ts";
import { READY, stopSignal, untilAborted } from "../role.ts";
import { addSettings, databaseUrlOf, settingsOf } from "../settings.ts";

const NAMES = ["databaseUrl", "databasePort", "host", "apiPort", "logLevel"] as const satisfies SettingName[];

/** `bc serve`: the GraphQL API on a database. */
export function addServe(program: Command): void {
  const command = program.command("serve").description("serve the GraphQL API");
  addSettings(command, NAMES).action(async () => {
    const settings = settingsOf(command, NAMES);
    const { startApi } = await import("#api/main.ts");
    const logger = createLogger("api", settings.logLevel);
    const signal = stopSignal(logger);
    const databaseUrl = databaseUrlOf(settings);
    await checkDatabase(databaseUrl);
    const api = await startApi({ databaseUrl, host: settings.host, port: settings.apiPort, logger });
    logger.info({ url: api.url }, READY);
    await untilAborted(signal);
    await api.stop();
  });
}
