import { Option, type Command } from "commander";
import { BaseError } from "#kernel/errors.ts";
import { checkDatabase, createPool } from "#kernel/pg.ts";
import type { SettingName } from "#kernel/settings.ts";
import { plausibilityReport, plausibilityTable } from "../plausibility-table.ts";
import { addSettings, databaseUrlOf, settingsOf } from "../settings.ts";

const NAMES = ["databaseUrl", "databasePort"] as const satisfies SettingName[];

const EXAMPLES = `
A score from 0 to 1 of each GPU's day with the evidence it rests on; the collector keeps it up to date, an hour at a time.
  bc telemetry plausibility
  bc telemetry plausibility --gpu GPU-5fd4f087-86f3-7a43-b711-4771313afc50
  bc telemetry plausibility --day 2026-11-22 --json

How it is made: collector/README.md, "Plausibility".`;

interface Flags {
  gpu?: string;
  day?: string;
  json?: boolean;
}

/** `bc telemetry plausibility`: how plausible GPUs' telemetry is, and why. */
export function addPlausibility(telemetry: Command): void {
  const command = telemetry
    .command("plausibility")
    .description("show how plausible each GPU's telemetry is, with the evidence");
  addSettings(command, NAMES)
    .addOption(new Option("--gpu <uuid>", "all the evidence of one GPU"))
    .addOption(new Option("--day <date>", "a day in UTC, as 2026-11-22; the newest of each GPU when left out"))
    .addOption(new Option("--json", "all of it as JSON, on one line"))
    .addHelpText("after", EXAMPLES)
    .action(async ({ gpu, day, json = false }: Flags) => {
      const settings = settingsOf(command, NAMES);
      const { readPlausibility } = await import("#collector/index.ts");
      const filter = {
        ...(gpu === undefined ? {} : { uuid: gpu }),
        ...(day === undefined ? {} : { day: readDay(day) }),
      };
      const databaseUrl = databaseUrlOf(settings);
      await checkDatabase(databaseUrl);
      const pool = createPool(databaseUrl, { name: "bc-telemetry", max: 1 });
      const rows = await readPlausibility(pool, filter)
        .catch(explain)
        .finally(() => pool.end());
      if (rows.length === 0) throw nothing(gpu, day);
      const text = gpu === undefined ? plausibilityTable(rows) : rows.map(plausibilityReport).join("\n\n");
      process.stdout.write(`${json ? JSON.stringify(rows) : text}\n`);
    });
}

function readDay(text: string): Date {
  const day = new Date(`${text}T00:00:00Z`);
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text))
    return day;
  throw new BaseError("BAD_DAY", `"${text}" is no day`, { hints: ["write it as 2026-11-22"] });
}

function explain(error: unknown): never {
  const { code } = error as { code?: string };
  if (code !== "42P01" && code !== "3F000") throw error;
  throw new BaseError("SCHEMA_MISSING", "the telemetry tables are missing or of an older version", {
    hints: ["run bc migrate"],
    cause: error,
  });
}

function nothing(gpu: string | undefined, day: string | undefined): BaseError {
  const of = `${gpu === undefined ? "any GPU" : gpu}${day === undefined ? "" : ` on ${day}`}`;
  return new BaseError("NO_PLAUSIBILITY", `nothing is written down of ${of}`, {
    hints: [
      "let a collector run: it looks at each hour once the watermark has passed it",
      ...(gpu === undefined ? [] : ["see which GPUs there are: bc telemetry plausibility"]),
    ],
  });
}
