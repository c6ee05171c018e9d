import { resolve } from "node:path";
import type { Command } from "commander";
import { BaseError } from "#kernel/errors.ts";
import { createLogger } from "#kernel/log.ts";
import { checkReachable } from "#kernel/pg.ts";
import type { SettingName } from "#kernel/settings.ts";
import { READY, stopSignal, untilAborted } from "../role.ts";
import { addSettings, databaseUrlOf, settingsOf } from "../settings.ts";

const NAMES = ["databaseUrl", "databasePort", "host", "dashboardsPort", "logLevel"] as const satisfies SettingName[];

/** `bc dashboards`: the preview of the Grafana dashboards in the browser, on a database. */
export function addDashboards(program: Command): void {
  const command = program
    .command("dashboards")
    .description("show the dashboards in the browser, for machines without Grafana")
    .option("--screenshots [folder]", "take a picture of each with Chromium, and end");
  addSettings(command, NAMES).action(async (flags: { screenshots?: string | true }) => {
    const settings = settingsOf(command, NAMES);
    const { startPreview } = await import("#dashboards/server/index.ts");
    const logger = createLogger("dashboards", settings.logLevel);
    const databaseUrl = databaseUrlOf(settings);
    await checkReachable(databaseUrl).catch((error: unknown) => {
      if (settings.databaseUrl !== "") throw error;
      const hints = [
        "start a network with `npm start`",
        "or set DATABASE_URL to a server that has a network's schemas",
      ];
      throw new BaseError("NO_NETWORK", "no network runs here: its database doesn't answer", { cause: error, hints });
    });
    const port = flags.screenshots === undefined ? settings.dashboardsPort : 0;
    const preview = await startPreview({ databaseUrl, host: settings.host, port, logger });
    try {
      if (flags.screenshots === undefined) {
        const signal = stopSignal(logger);
        logger.info({ url: preview.url }, READY);
        if (process.stdout.isTTY) process.stdout.write(`\nThe dashboards: ${preview.url}\nCtrl-C stops them.\n`);
        await untilAborted(signal);
      } else {
        const { PICTURES, takeScreenshots } = await import("#dashboards/preview/browser/screenshots.ts");
        const { chromium } = await import("#dashboards/server/chromium.ts");
        const say = (line: string): void => void process.stdout.write(`${line}\n`);
        const folder = flags.screenshots === true ? PICTURES : resolve(flags.screenshots);
        await takeScreenshots(preview.url, folder, { executablePath: await chromium(say), say });
      }
    } finally {
      await preview.stop();
    }
  });
}
