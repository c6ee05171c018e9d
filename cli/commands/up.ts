import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Option, type Command } from "commander";
import { takeDataDir } from "#devnet/data-dir.ts";
import type { NetworkSettings, RunningNetwork } from "#devnet/network.ts";
import { NETWORK_SETTINGS } from "#devnet/settings.ts";
import { Progress } from "#devnet/progress.ts";
import { MIGRATIONS } from "../migrations.ts";
import { untilAborted } from "../role.ts";
import { addSettings, settingsOf } from "../settings.ts";

/** What a network keeps in its data folder. `--fresh` deletes these and nothing else. */
const KEPT = [
  ...[
    "chain",
    "clock.json",
    "database",
    "deployment.json",
    "logs",
    "market.json",
    "past-days.json",
    "past-rollups.json",
    "payments",
  ],
  ...["spool", "subgraph", "targets.json"],
];

/** Exit code of a program that Ctrl-C cut off. */
const INTERRUPTED = 130;

/** `bc up`: a whole network on this machine. */
export function addUp(program: Command): void {
  const command = program.command("up").description("run a whole network on this machine until Ctrl-C");
  addSettings(command, NETWORK_SETTINGS)
    .addOption(new Option("--small", "the same as --size small").implies({ size: "small" }))
    .addOption(new Option("--large", "the same as --size large").implies({ size: "large" }))
    .option("--fresh", "delete what is kept in the data folder first")
    .action(async (flags: { fresh?: boolean }) => {
      const settings = settingsOf(command, NETWORK_SETTINGS);
      const { startNetwork } = await import("#devnet/network.ts");
      const signal = interruption();
      const progress = new Progress((text) => process.stdout.write(text));
      if (flags.fresh) deleteKept(settings.dataDir);
      progress.say(startLine(settings));
      const onTrouble = (text: string) => progress.say(`! ${text}`);
      const network = await startNetwork({ settings, migrations: MIGRATIONS, progress, onTrouble, signal }).catch(
        (error: unknown) => {
          if (!signal.aborted) throw error;
          progress.say("Stopped before it was ready.");
          process.exit(INTERRUPTED); // takes along a child that was just being started
        },
      );
      progress.say(readyText(network, progress.elapsed()));
      await untilAborted(signal);
      progress.say("\nStopping…");
      await network.stop();
      progress.say("Stopped. `npm start` goes on from here.");
    });
}

/** Aborted by the first Ctrl-C; the second ends this process, and with it its children, at once. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(INTERRUPTED);
      controller.abort();
    });
  }
  return controller.signal;
}

function deleteKept(dataDir: string): void {
  const release = takeDataDir(dataDir);
  for (const name of KEPT) rmSync(join(dataDir, name), { recursive: true, force: true });
  release();
}

function startLine({ dataDir }: NetworkSettings): string {
  const isNew = !existsSync(join(dataDir, "deployment.json"));
  return `Berkeley Compute: ${isNew ? "a new network" : "going on"} in ${dataDir}`;
}

function readyText(network: RunningNetwork, elapsed: string): string {
  const rows = [
    ["GraphQL API and explorer", network.apiUrl],
    ["dashboards (a preview)", network.dashboardsUrl ?? "npm run dashboards"],
    ["collector's targets", `${network.collectorUrl}/targets`],
    ["indexer's health", `${network.indexerUrl}/health`],
    ["oracles' health", network.oracleUrl && `${network.oracleUrl}/health`],
    ["hourly jobs' health", `${network.jobsUrl}/health`],
    ["payments' webhook", network.paymentsUrl && `${network.paymentsUrl}/webhooks/payments`],
    ["simulated exporters", network.fleetUrl],
    ["chain (JSON-RPC)", network.rpcUrl],
    ["database", network.databaseUrl],
    ["logs", network.logDir],
  ];
  const lines = rows.flatMap(([name = "", value]) => (value === undefined ? [] : [`  ${name.padEnd(26)}${value}`]));
  return [`\nReady in ${elapsed}.\n`, ...lines, "\nCtrl-C stops all of it."].join("\n");
}
