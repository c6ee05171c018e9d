import { Option, type Command } from "commander";
import { createPool, checkReachable, type Pool } from "#kernel/pg.ts";
import type { SettingName } from "#kernel/settings.ts";
import { addSettings, databaseUrlOf, settingsOf } from "../settings.ts";
import { deploymentsTable } from "../tables.ts";

const NAMES = ["databaseUrl", "databasePort"] as const satisfies SettingName[];
const HELPS = { databaseUrl: "the database that holds them; empty: the embedded one" } as const;

/** `bc deployments`: what a database holds of indexed subgraphs; removes them, and chooses the one that views show. */
export function addDeployments(program: Command): void {
  const command = program.command("deployments").description("list, show and remove indexed subgraphs");
  const list = command.command("list", { isDefault: true }).description("list them");
  addSettings(list, NAMES, HELPS)
    .addOption(new Option("--json", "as JSON, one line each"))
    .action(async (flags: { json?: boolean }) => {
      const { listDeployments } = await import("#indexer/deployments/list.ts");
      const found = await onDatabase(list, listDeployments);
      const text = flags.json === true ? found.map((one) => JSON.stringify(one)).join("\n") : deploymentsTable(found);
      process.stdout.write(text === "" ? "" : `${text}\n`);
    });
  const remove = command.command("remove <sgd>").description("remove one: tables, metadata, its views");
  addSettings(remove, NAMES, HELPS)
    .addOption(new Option("--force", "also a current one, or one that is being written"))
    .action(async (sgd: string, flags: { force?: boolean }) => {
      const { removeDeployment } = await import("#indexer/deployments/remove.ts");
      const gone = await onDatabase(remove, (pool) => removeDeployment(pool, sgd, flags.force === true));
      const views = gone.shownIn.map((schema) => `, its views in ${schema}`).join("");
      process.stdout.write(`removed ${gone.namespace} (${gone.name ?? "no name"}, ${gone.deployment})${views}\n`);
    });
  const show = command.command("show <sgd>").description("point the views at one, of graph-node too");
  addSettings(show, NAMES, HELPS)
    .addOption(new Option("--views <schema>", "schema of the views").default("chain"))
    .action(async (sgd: string, { views }: { views: string }) => {
      const { showDeployment } = await import("#indexer/deployments/show.ts");
      const shown = await onDatabase(show, (pool) => showDeployment(pool, sgd, views));
      process.stdout.write(`the views in ${views} show ${shown.namespace} (${shown.name ?? "no name"})\n`);
    });
}

async function onDatabase<T>(command: Command, body: (pool: Pool) => Promise<T>): Promise<T> {
  const databaseUrl = databaseUrlOf(settingsOf(command, NAMES));
  await checkReachable(databaseUrl);
  const pool = createPool(databaseUrl, { name: "deployments", max: 1 });
  try {
    return await body(pool);
  } finally {
    await pool.end();
  }
}
