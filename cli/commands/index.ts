import v8 from "node:v8";
import { Option, type Command } from "commander";
import { BaseError } from "#kernel/errors.ts";
import { createLogger } from "#kernel/log.ts";
import { closeServer, createRegistry, serveStatus } from "#kernel/metrics.ts";
import { checkReachable } from "#kernel/pg.ts";
import type { SettingName } from "#kernel/settings.ts";
import { readNumbers, type NumberFlags } from "../flags.ts";
import { READY, stopSignal } from "../role.ts";
import { profileTable } from "../profile-table.ts";
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

const HELPS = {
  manifest: "the built subgraph's manifest, `build/subgraph.yaml`",
  rpcUrl: "Ethereum JSON-RPC over HTTP; empty: the local anvil",
  databaseUrl: "any PostgreSQL 15 or later; empty: the embedded one, if it runs",
} as const;

/** Flags of `bc index` that are no settings of a network, by the option they give. */
const NUMBERS = {
  until: { flag: "--until <block>", help: "stop after this block, with exit code 0", max: 2 ** 31 - 2 },
  rewindTo: { flag: "--rewind-to <block>", help: "first undo every block above this one", max: 2 ** 31 - 2 },
  pollMs: { flag: "--poll-ms <ms>", help: "pause between two looks at the head [200]", min: 10, max: 600_000 },
  reorgWindow: {
    flag: "--reorg-window <blocks>",
    help: "blocks behind the head that may change [those above the node's `finalized`, or 250]",
    max: 100_000,
  },
  cacheMb: { flag: "--cache-mb <megabytes>", help: "memory for entities [96]", min: 1, max: 1_000_000 },
} as const satisfies NumberFlags;

interface Flags {
  views: string | false;
  name?: string;
  anyNetwork?: boolean;
  profile?: boolean;
}

const EXAMPLES = `
A built subgraph into any PostgreSQL (15 or later), up to a block, from any folder:
  bc index --manifest build/subgraph.yaml --rpc https://… --database postgres://user:password@host/name --until 19000000

Rows are in the schema sgd<n> as graph-node writes them; views over the newest deployment that has been at the head are in
the schema of --views. A changed build is indexed beside the old one. \`bc deployments\` lists and removes them.
Exit code: 0 when --until is reached or it was asked to stop, 1 with one error otherwise.`;

/** `bc index`: any built subgraph, in-process. */
export function addIndex(program: Command): void {
  const command = program.command("index").description("index a chain with a built subgraph");
  addSettings(command, NAMES, HELPS);
  for (const { flag, help } of Object.values(NUMBERS)) command.addOption(new Option(flag, help));
  command
    .addOption(new Option("--views <schema>", "schema for views over the current deployment").default("chain"))
    .addOption(new Option("--no-views", "make no views"))
    .addOption(new Option("--name <name>", "name that builds of one subgraph share; others take other --views"))
    .addOption(new Option("--any-network", "index also where the node's chain isn't the manifest's network"))
    .addOption(new Option("--profile", "at the end and on SIGUSR2, say where the time went, by handler"))
    .addHelpText("after", EXAMPLES)
    .action((flags: Flags) => runIndex(command, flags));
}

/**
 * How far the heap may outgrow what is alive before garbage is collected, in percent: V8's own is up to 300, which
 * took 130 MB more for 3 % less CPU.
 */
const HEAP_GROWTH = 100;

async function runIndex(command: Command, flags: Flags): Promise<void> {
  v8.setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH}`);
  const settings = settingsOf(command, NAMES);
  const { cacheMb, ...numbers } = readNumbers(NUMBERS, command.opts());
  if (settings.manifest === "") throw noManifest();
  const { createIndexer } = await import("#indexer/index.ts");
  const logger = createLogger("indexer", settings.logLevel);
  const databaseUrl = databaseUrlOf(settings);
  await reach(databaseUrl, settings.databaseUrl === "");
  const registry = createRegistry("indexer");
  const indexer = createIndexer({
    manifestPath: settings.manifest,
    rpcUrl: rpcUrlOf(settings),
    databaseUrl,
    ...(flags.views === false ? {} : { viewsSchema: flags.views }),
    ...(flags.name === undefined ? {} : { name: flags.name }),
    ...(cacheMb === undefined ? {} : { cacheBytes: cacheMb * 1024 * 1024 }),
    ...numbers,
    anyNetwork: flags.anyNetwork === true,
    signal: stopSignal(logger),
    logger,
    registry,
    hasProfile: flags.profile === true,
    onReady: () => logger.info(READY),
  });
  const { host, indexerPort: port } = settings;
  const health = () => indexer.health();
  const server = await serveStatus({ host, port, registry, health, portSetting: "INDEXER_PORT (--indexer-port)" });
  const tell = (): void => void process.stderr.write(`${profileTable(indexer.profile())}\n`);
  if (flags.profile === true) process.on("SIGUSR2", tell);
  try {
    logger.info(await indexer.run(), "ended");
    if (flags.profile === true) tell();
  } finally {
    await closeServer(server);
  }
}

/**
 * Checks that the database answers.
 *
 * @param isDefault none was named: it is the embedded one, which somebody else has to run
 */
async function reach(databaseUrl: string, isDefault: boolean): Promise<void> {
  await checkReachable(databaseUrl).catch((error: unknown) => {
    if (!(error instanceof BaseError)) throw error;
    const { code, message, cause, hints } = error;
    const mends = isDefault
      ? ["name a database: --database postgres://user:password@host/name", "or start the embedded one with `npm start`"]
      : hints.slice(0, 1).map((hint) => hint.replace("DATABASE_URL", "DATABASE_URL (--database)"));
    throw new BaseError(code, message, { cause, hints: mends });
  });
}

function noManifest(): BaseError {
  return new BaseError("BAD_SETTINGS", "no manifest is given", {
    hints: ["pass --manifest <folder of the build>/subgraph.yaml", "build a subgraph with `graph build`"],
  });
}
