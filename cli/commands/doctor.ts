import type { Command } from "commander";
import type { Check } from "#devnet/checks.ts";
import { takeDataDir } from "#devnet/data-dir.ts";
import { NETWORK_SETTINGS } from "#devnet/settings.ts";
import { BaseError, describeError } from "#kernel/errors.ts";
import { addSettings, settingsOf } from "../settings.ts";

/** `bc doctor`: what would keep a network with these settings from starting here; each fault with its mend. */
export function addDoctor(program: Command): void {
  const command = program.command("doctor").description("say what would keep a network from starting here");
  addSettings(command, NETWORK_SETTINGS).action(async () => {
    const settings = settingsOf(command, NETWORK_SETTINGS);
    const { startChecks } = await import("#devnet/checks.ts");
    const dataDir: Check = { name: "DATA_DIR", run: () => takeDataDir(settings.dataDir)() };
    let faults = 0;
    for (const { name, run } of [dataDir, ...startChecks(settings)]) {
      try {
        await run();
        process.stdout.write(`✓ ${name}\n`);
      } catch (error) {
        faults++;
        process.stdout.write(`✗ ${name}\n${describeError(error).replaceAll(/^/gm, "    ")}\n`);
      }
    }
    if (faults > 0) throw new BaseError("NOT_READY", `${faults} of the checks failed`);
  });
}
