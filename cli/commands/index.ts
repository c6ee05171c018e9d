import { Option, type Command } from "commander";
import { BaseError } from "#kernel/errors.ts";
import { createLogger } from "#kernel/log.ts";
import { closeServer, createRegistry, serveStatus } from "#kernel/metrics.ts";
import { checkReachable } from "#kernel/pg.ts";
import type { SettingName } from "#kernel/settings.ts";
import { READY, stopSignal } from "../role.ts";
import { addSettings, databaseUrlOf, rpcUrlOf, settingsOf } from "../settings.ts";

const NAMES = [
  "manifest",
  "rpcUrl",
  "chainPort",
  "databaseUrl",
  "databasePort",
  "host",
  "indexerPort",
  "logLevel",
] as const satisfies SettingName[];

/** Flags of `bc index` that are no settings of a network. */
interface Flags {
  until?: string;
  views: string;
  rewindTo?: string;
}

/** `bc index`: any built subgraph, in-process. */
export function addIndex(program: Command): void {
  const command = program.command("index").description("index a chain with a built subgraph");
  addSettings(command, NAMES)
    .addOption(new Option("--until <block>", "stop after this block"))
    .addOption(new Option("--views <schema>", "schema for views over the current deployment").default("chain"))
    .addOption(new Option("--rewind-to <block>", "undo every block above this one first"))
    .action(async (flags: Flags) => {
      const settings = settingsOf(command, NAMES);
      const { createIndexer } = await import("#indexer/index.ts");
      if (settings.manifest === "") throw noManifest();
      const blocks = {
        ...blockFlag("until", "--until", flags.until),
        ...blockFlag("rewindTo", "--rewind-to", flags.rewindTo),
      };
      const logger = createLogger("indexer", settings.logLevel);
      const databaseUrl = databaseUrlOf(settings);
      await checkReachable(databaseUrl); // any PostgreSQL will do
      const registry = createRegistry("indexer");
      const indexer = createIndexer({
        manifestPath: settings.manifest,
        rpcUrl: rpcUrlOf(settings),
        databaseUrl,
        viewsSchema: flags.views,
        ...blocks,
        signal: stopSignal(logger),
        logger,
        registry,
        onReady: () => logger.info(READY),
      });
      const { host, indexerPort: port } = settings;
      const health = () => indexer.health();
      const server = await serveStatus({ host, port, registry, health, portSetting: "INDEXER_PORT" });
      try {
        logger.info(await indexer.run(), "ended");
      } finally {
        await closeServer(server);
      }
    });
}

/** A flag that names a block, as the option `key`; nothing if it isn't given. */
function blockFlag<K extends string>(key: K, flag: string, text: string | undefined): { [P in K]?: number } {
  if (text === undefined) return {};
  if (/^\d{1,15}$/.test(text)) return { [key]: Number(text) } as { [P in K]: number };
  throw new BaseError("BAD_FLAG", `${flag} is "${text}", which is no block number`);
}

function noManifest(): BaseError {
  return new BaseError("BAD_SETTINGS", "no manifest is given", {
    hints: ["pass --manifest <folder of the build>/subgraph.yaml", "build a subgraph with `graph build`"],
  });
}
