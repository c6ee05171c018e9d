import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { Option, type Command } from "commander";
import { BaseError } from "#kernel/errors.ts";
import { createLogger } from "#kernel/log.ts";
import { closeServer, createRegistry, serveStatus } from "#kernel/metrics.ts";
import { checkDatabase } from "#kernel/pg.ts";
import type { SettingName } from "#kernel/settings.ts";
import { READY, stopSignal } from "../role.ts";
import { addSettings, databaseUrlOf, settingsOf } from "../settings.ts";

const NAMES = [
  "databaseUrl",
  "databasePort",
  "targetsFile",
  "scrapeConfig",
  "allowPrivate",
  "dataDir",
  "scrapeSeconds",
  "host",
  "collectorPort",
  "pushTokensFile",
  "pushHost",
  "pushPort",
  "logLevel",
] as const satisfies SettingName[];

/** `bc collect`: scrapes exporters into the database. */
export function addCollect(program: Command): void {
  const command = program.command("collect").description("scrape dcgm-exporters into the database");
  addSettings(command, NAMES)
    .addOption(new Option("--id <name>", "name of this collector, the same at every start").default("collector"))
    .action(async ({ id }: { id: string }) => {
      keepMemorySmall();
      const settings = settingsOf(command, NAMES);
      const { checkTargets, openCollector, parseGuard, servePushes } = await import("#collector/index.ts");
      const targetsFile = settings.targetsFile || undefined;
      const scrapeConfig = settings.scrapeConfig || undefined;
      if (targetsFile === undefined && scrapeConfig === undefined) throw noTargets();
      const guard = parseGuard(settings.allowPrivate);
      await checkTargets({ targetsFile, scrapeConfig });
      const logger = createLogger("collector", settings.logLevel);
      const signal = stopSignal(logger);
      const databaseUrl = databaseUrlOf(settings);
      await checkDatabase(databaseUrl);
      const registry = createRegistry("collector");
      const { scrapeSeconds, host, collectorPort: port } = settings;
      const spoolDir = join(settings.dataDir, "spool", id);
      const collector = await openCollector({
        databaseUrl,
        targetsFile,
        scrapeConfig,
        guard,
        spoolDir,
        scrapeSeconds,
        logger,
        registry,
        id,
        ...(settings.pushTokensFile === "" ? {} : { pushTokensFile: settings.pushTokensFile }),
      });
      const health = () => collector.health();
      const pages = collector.pages;
      const server = await serveStatus({ host, port, registry, health, pages, portSetting: "COLLECTOR_PORT" });
      const { pushHost, pushPort } = settings;
      const pushServer = await servePushes(collector, { host: pushHost, port: pushPort, logger });
      logger.info(READY);
      await collector.run(signal);
      await Promise.all([closeServer(server), pushServer && closeServer(pushServer)]);
    });
}

/**
 * What it holds hardly changes, and what it makes is soon done with: garbage is looked for sooner than V8 would, and the
 * room for young objects stays the 8 MB that `bc` begins with. (Compacting at every collection would have less at rest,
 * but for a moment all of it twice.)
 */
function keepMemorySmall(): void {
  for (const flag of ["--heap-growing-percent=10", "--semi-space-growth-factor=1"]) {
    setFlagsFromString(flag);
  }
}

function noTargets(): BaseError {
  return new BaseError("BAD_SETTINGS", "no targets are given", {
    hints: [
      'set TARGETS_FILE to a file in Prometheus\' file_sd JSON: [{ "targets": ["host:9400"], "labels": {} }]',
      "or set SCRAPE_CONFIG to a file in the shape of prometheus.yml",
    ],
  });
}
