import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Option, type Command } from "commander";
import type { StatementBasis } from "#api/src/statement/basis.ts";
import { BaseError } from "#kernel/errors.ts";
import { checkReachable, createPool } from "#kernel/pg.ts";
import type { SettingName } from "#kernel/settings.ts";
import { readNumbers } from "../flags.ts";
import { addSettings, databaseUrlOf, settingsOf } from "../settings.ts";
import { readStatementFlags, type StatementFlags, type StatementWish } from "../statement-flags.ts";

const NAMES = ["databaseUrl", "databasePort"] as const satisfies SettingName[];
const NUMBERS = {
  lines: { flag: "--lines <count>", help: "how many lines are shown, the first ones [50]", max: 10_000 },
} as const;
const DEFAULT_LINES = 50;
/** Many years of many GPUs; a statement that runs longer is stuck. */
const STATEMENT_TIMEOUT_MS = 300_000;

const EXAMPLES = `
Cash flows of epochs that are final on the chain, and of the exchange: rewards with the terms that gave them, purchases, sales
and royalties, each in its token and in dollars of its time; then every metric, what happened and what is projected apart.
What isn't known is "-" with its reason. What the running epoch would pay is no part of it.
  bc statement --wallet 0x… --from 2026-11-01 --to 2026-12-01
  bc statement --gpu 7 --npv-rate 0.12 --residual 4000@2028-01-01
  bc statement --wallet 0x… --csv year.csv          every line; - for the standard output
  bc statement --pool 2 --json --lines 1000          all of it on one line, with the first lines

A discount rate and a residual value are yours to say, and are shown with their sources (--npv-source, --residual-source).
Exit code: 0, or 1 with the reason why nothing can be told.`;

/** `bc statement`: the cash flows of a wallet, a GPU, a pool or an operator. */
export function addStatement(program: Command): void {
  const command = program.command("statement").description("show the cash flows of a wallet, GPU, pool or operator");
  addSettings(command, NAMES);
  command
    .addOption(new Option("--wallet <address>", "of this wallet"))
    .addOption(new Option("--gpu <id>", "of whoever invested in this GPU"))
    .addOption(new Option("--pool <id>", "of whoever invested in this pool's GPUs"))
    .addOption(new Option("--operator <id>", "of this operator: its share of rewards, and royalties"))
    .addOption(new Option("--from <date>", "from this date or instant in UTC on [the network's first]"))
    .addOption(new Option("--to <date>", "up to this one, which is no part of it [the newest block]"))
    .addOption(new Option("--csv <file>", "write all lines as CSV; - for the standard output"))
    .addOption(new Option(NUMBERS.lines.flag, NUMBERS.lines.help))
    .addOption(new Option("--npv-rate <rate>", "discount by this a year, 0.1 for 10 %"))
    .addOption(new Option("--npv-source <text>", "who says so"))
    .addOption(new Option("--residual <usd@date>", "so many dollars will be left at that date"))
    .addOption(new Option("--residual-source <text>", "who says so, and when"))
    .addOption(new Option("--json", "all of it as JSON, on one line"))
    .addHelpText("after", EXAMPLES)
    .action((flags: StatementFlags) => runStatement(command, flags));
}

async function runStatement(command: Command, flags: StatementFlags): Promise<void> {
  const settings = settingsOf(command, NAMES);
  const { lines = DEFAULT_LINES } = readNumbers(NUMBERS, command.opts());
  const wish = readStatementFlags(flags, Math.floor(Date.now() / 1_000));
  if (flags.csv !== undefined && flags.json) {
    throw new BaseError("BAD_FLAG", "--csv and --json are two outputs", { hints: ["give one of them"] });
  }
  const databaseUrl = databaseUrlOf(settings);
  await checkReachable(databaseUrl);
  await withBasis(databaseUrl, wish, async (basis) => {
    if (flags.csv !== undefined) await writeCsv(basis, flags.csv);
    else process.stdout.write(`${await shown(basis, wish, lines, flags.json ?? false)}\n`);
  });
}

async function withBasis(
  databaseUrl: string,
  { scope, window }: StatementWish,
  use: (basis: StatementBasis) => Promise<void>,
): Promise<void> {
  const { withSnapshot } = await import("#api/src/sources/snapshot.ts");
  const { openStatement } = await import("#api/src/statement/basis.ts");
  const pool = createPool(databaseUrl, { name: "bc-statement", max: 1 });
  const read = withSnapshot(
    pool,
    async (snapshot) => use(await openStatement(snapshot, scope, window)),
    STATEMENT_TIMEOUT_MS,
  );
  await read.finally(() => pool.end());
}

async function shown(
  basis: StatementBasis,
  { assumptions }: StatementWish,
  limit: number,
  isJson: boolean,
): Promise<string> {
  const { readStatement } = await import("../statement-read.ts");
  const { readLines } = await import("#api/src/statement/lines.ts");
  const read = await readStatement(basis, assumptions);
  const count = read.totals.reduce((sum, { lineCount }) => sum + lineCount, 0);
  const lines = limit === 0 || count === 0 ? [] : await readLines(basis, { after: null, limit });
  if (isJson) {
    const { statementJson } = await import("../statement-json.ts");
    return JSON.stringify(statementJson(read, lines));
  }
  const { linesTable, statementSummary } = await import("../statement-table.ts");
  const more = count > lines.length ? [`… ${count - lines.length} more: --lines, or --csv for all`] : [];
  const parts = [statementSummary(read), ...(lines.length === 0 ? [] : [[linesTable(lines), ...more].join("\n")])];
  return parts.join("\n\n");
}

/** Line by line, as fast as they are taken: a year of a thousand GPUs is 730,000 of them. */
async function writeCsv(basis: StatementBasis, file: string): Promise<void> {
  const { streamLines } = await import("#api/src/statement/lines.ts");
  const { csvHead, csvRow } = await import("#api/src/domain/cashflow/csv.ts");
  async function* rows(): AsyncGenerator<string> {
    yield csvHead();
    for await (const lines of streamLines(basis)) yield lines.map(csvRow).join("");
  }
  const out = file === "-" ? process.stdout : createWriteStream(file);
  await pipeline(Readable.from(rows()), out, { end: file !== "-" }).catch((error: unknown) => {
    const { code } = error as { code?: string };
    if (code === "EPIPE") return; // whoever read it has enough
    if (error instanceof BaseError || file === "-") throw error;
    throw new BaseError("BAD_FILE", `${file} can't be written`, {
      cause: error,
      hints: ["name another file with --csv"],
    });
  });
}
