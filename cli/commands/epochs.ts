import type { EpochPage } from "#api/src/facts/epochs.ts";
import { Option, type Command } from "commander";
import { checkReachable, createPool } from "#kernel/pg.ts";
import type { SettingName } from "#kernel/settings.ts";
import type { ListedEpoch } from "../epochs-table.ts";
import { readNumbers } from "../flags.ts";
import { addSettings, databaseUrlOf, settingsOf } from "../settings.ts";

const NAMES = ["databaseUrl", "databasePort"] as const satisfies SettingName[];
const NUMBERS = {
  limit: { flag: "--limit <count>", help: "how many at most, the newest first [40]", min: 1, max: 10_000 },
  before: { flag: "--before <epoch>", help: "those before this one", max: 2 ** 31 - 2 },
} as const;

const EXAMPLES = `
Where each epoch stands: running, ended, closed (k of m oracles vouch for the same), committed (the guardian can veto it for a
while), final (its rewards are minted), paid (x of y wallets); and what its next step waits for. Amounts are cut to six
decimals; --json has all of them.
  bc epochs
  bc epochs --limit 5 --json

Exit code: 0, or 1 with the reason why nothing can be told.`;

/** `bc epochs`: the state of each epoch, by the indexed chain and the ledger. */
export function addEpochs(program: Command): void {
  const command = program.command("epochs").description("list epochs, how far each has come, and what it waits for");
  addSettings(command, NAMES);
  for (const { flag, help } of Object.values(NUMBERS)) command.addOption(new Option(flag, help));
  command
    .addOption(new Option("--json", "all of it as JSON, on one line"))
    .addHelpText("after", EXAMPLES)
    .action(async ({ json = false }: { json?: boolean }) => {
      const settings = settingsOf(command, NAMES);
      const { limit = 40, before = null } = readNumbers(NUMBERS, command.opts());
      const databaseUrl = databaseUrlOf(settings);
      await checkReachable(databaseUrl);
      const { epochsJson, epochsTable } = await import("../epochs-table.ts");
      const epochs = await readList(databaseUrl, { before, limit });
      process.stdout.write(`${json ? JSON.stringify(epochsJson(epochs)) : epochsTable(epochs)}\n`);
    });
}

async function readList(databaseUrl: string, page: EpochPage): Promise<ListedEpoch[]> {
  const { listEpochs } = await import("#api/src/facts/epochs.ts");
  const { readPaid } = await import("#api/src/sources/epochs.ts");
  const { withSnapshot } = await import("#api/src/sources/snapshot.ts");
  const pool = createPool(databaseUrl, { name: "bc-epochs", max: 1 });
  const read = withSnapshot(pool, async (snapshot) => {
    const epochs = await listEpochs(snapshot, page);
    const numbers = epochs.map(({ epoch }) => epoch);
    const paidOf = new Map((await readPaid(snapshot, numbers)).map((row) => [row.epoch, row]));
    return epochs.map((one) => ({ ...one, earners: 0, paid: 0, ...paidOf.get(one.epoch) }));
  });
  return read.finally(() => pool.end());
}
