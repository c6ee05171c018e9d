import { Option, type Command } from "commander";
import type { ApiKeyRow } from "#api/src/sources/api-keys.ts";
import { BaseError } from "#kernel/errors.ts";
import { checkReachable, createPool, type Pool } from "#kernel/pg.ts";
import type { SettingName } from "#kernel/settings.ts";
import { readNumbers, type NumberFlags } from "../flags.ts";
import { addSettings, databaseUrlOf, settingsOf } from "../settings.ts";
import { alignTable } from "../tables.ts";

const NAMES = ["databaseUrl", "databasePort"] as const satisfies SettingName[];
const NUMBERS = {
  cost: {
    flag: "--cost <points>",
    help: "points of query cost a minute, beyond what its wallet has",
    min: 1,
    max: 100_000_000,
  },
  days: { flag: "--days <days>", help: "how long it lives; else until it is revoked", min: 1, max: 3_650 },
} as const satisfies NumberFlags;

/** `bc api-key`: keys of the GraphQL API, for who runs the server. */
export function addApiKey(program: Command): void {
  const group = program.command("api-key").description("make, list and revoke keys of the GraphQL API");
  addCreate(group);
  addList(group);
  const revoke = group.command("revoke").description("end a key").argument("<id>", "as `bc api-key list` shows it");
  addSettings(revoke, NAMES).action((id: string) =>
    onDatabase(revoke, async (pool) => {
      const { endApiKey } = await import("#api/src/access/api-keys.ts");
      const { name, prefix } = await endApiKey({ pool, now: () => new Date() }, id, null);
      process.stdout.write(`revoked ${prefix}… "${name}"\n`);
    }),
  );
}

function addCreate(group: Command): void {
  const create = group
    .command("create")
    .description("make a key that asks in a wallet's name, with a budget of its own; it is shown once")
    .argument("<wallet>", "address of the wallet")
    .argument("<name>", "what the key is called")
    .addOption(
      new Option("--scope <scope...>", "what it may read beside what is public").choices(["LIVE_TELEMETRY", "FLEET"]),
    );
  for (const { flag, help } of Object.values(NUMBERS)) create.option(flag, help);
  addSettings(create, NAMES).action(
    (wallet: string, name: string, given: { scope?: ("LIVE_TELEMETRY" | "FLEET")[] }) => {
      if (!/^0x[0-9a-fA-F]{40}$/.test(wallet)) {
        const hints = ["give 0x and 40 hex digits"];
        throw new BaseError("BAD_WALLET", `"${wallet}" is no address`, { hints });
      }
      const { cost, days } = readNumbers(NUMBERS, create.opts());
      return onDatabase(create, async (pool) => {
        const { createApiKey } = await import("#api/src/access/api-keys.ts");
        const { operatorAccess } = await import("#api/src/access/access.ts");
        const account = wallet.toLowerCase();
        const wish = {
          account,
          name,
          scopes: given.scope ?? [],
          costPerMinute: cost ?? 300_000,
          days,
          isGranted: true,
        };
        const { token, row } = await createApiKey(operatorAccess(pool), wish);
        process.stdout.write(`${token}\n`);
        process.stderr.write(
          `key ${row.id} of ${account}: ${row.costPerMinute} points a minute; it is not shown again\n`,
        );
      });
    },
  );
}

function addList(group: Command): void {
  const list = group
    .command("list")
    .description("list keys, the newest first")
    .argument("[wallet]", "only this wallet's");
  addSettings(list, NAMES).action((wallet: string | undefined) =>
    onDatabase(list, async (pool) => {
      const { listApiKeys } = await import("#api/src/sources/api-keys.ts");
      const { run } = await import("#api/src/sources/access.ts");
      const rows = await listApiKeys((_name, text, values) => run(pool, text, values), wallet?.toLowerCase() ?? null);
      process.stdout.write(rows.length === 0 ? "no keys\n" : `${keysTable(rows)}\n`);
    }),
  );
}

function keysTable(rows: readonly ApiKeyRow[]): string {
  const minute = (at: Date | null): string => at?.toISOString().slice(0, 16).replace("T", " ") ?? "-";
  const head = ["id", "key", "name", "wallet", "scopes", "points/min", "last used", "ends"];
  const cells = rows.map((row) => [
    ...[row.id, `${row.prefix}…`, row.name, row.account, row.scopes.join(",") || "-", String(row.costPerMinute)],
    minute(row.lastUsedAt),
    row.revokedAt ? `revoked ${minute(row.revokedAt)}` : minute(row.expiresAt),
  ]);
  return alignTable([head, ...cells], new Set([0, 5]));
}

async function onDatabase(command: Command, act: (pool: Pool) => Promise<void>): Promise<void> {
  const databaseUrl = databaseUrlOf(settingsOf(command, NAMES));
  await checkReachable(databaseUrl);
  const pool = createPool(databaseUrl, { name: "bc-api-key", max: 1 });
  await act(pool).finally(() => pool.end());
}
