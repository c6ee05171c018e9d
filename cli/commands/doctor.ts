import type { Command } from "commander";
import { binaryPath } from "#devnet/binaries.ts";
import { checkRpc } from "#devnet/rpc.ts";
import { BaseError, describeError } from "#kernel/errors.ts";
import { checkDatabase } from "#kernel/pg.ts";
import { checkPort } from "#kernel/ports.ts";
import type { SettingName } from "#kernel/settings.ts";
import { addSettings, settingsOf } from "../settings.ts";

const NAMES = [
  "databaseUrl",
  "databasePort",
  "rpcUrl",
  "chainPort",
  "host",
  "apiPort",
  "indexerPort",
  "collectorPort",
  "fleetPort",
] as const satisfies SettingName[];

/** What is checked, and how: it throws the fault. */
type Check = [name: string, check: () => unknown];

/** `bc doctor`: whether a network could be started here with these settings; each fault with its mend. */
export function addDoctor(program: Command): void {
  const command = program.command("doctor").description("check whether a network could be started here");
  addSettings(command, NAMES).action(async () => {
    const settings = settingsOf(command, NAMES);
    const { host } = settings;
    const { databaseUrl, rpcUrl } = settings;
    const port = (name: string, value: number, address = host): Check => [name, () => checkPort(address, value, name)];
    const checks: Check[] = [
      ["forge", () => binaryPath("forge")],
      ["graph-cli", () => binaryPath("graph")],
      ...(rpcUrl === ""
        ? [["anvil", () => binaryPath("anvil")] as Check, port("CHAIN_PORT", settings.chainPort, "127.0.0.1")]
        : [["RPC_URL", () => checkRpc(rpcUrl)] as Check]),
      databaseUrl === ""
        ? port("DATABASE_PORT", settings.databasePort, "127.0.0.1")
        : ["DATABASE_URL", () => checkDatabase(databaseUrl)],
      port("PORT", settings.apiPort),
      port("INDEXER_PORT", settings.indexerPort),
      port("COLLECTOR_PORT", settings.collectorPort),
      port("FLEET_PORT", settings.fleetPort),
    ];
    let faults = 0;
    for (const [name, check] of checks) {
      try {
        await check();
        process.stdout.write(`✓ ${name}\n`);
      } catch (error) {
        faults++;
        process.stdout.write(`✗ ${name}\n${describeError(error).replaceAll(/^/gm, "    ")}\n`);
      }
    }
    if (faults > 0) throw new BaseError("NOT_READY", `${faults} of the checks failed`);
  });
}
