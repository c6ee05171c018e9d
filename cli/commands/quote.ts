import { Option, type Command } from "commander";
import type { MadeQuote, Wanted } from "#api/src/graphql/quotes.ts";
import { BaseError } from "#kernel/errors.ts";
import { checkReachable, createPool } from "#kernel/pg.ts";
import type { SettingName } from "#kernel/settings.ts";
import { readNumbers } from "../flags.ts";
import { addSettings, databaseUrlOf, settingsOf } from "../settings.ts";

const NAMES = ["databaseUrl", "databasePort"] as const satisfies SettingName[];
const NUMBERS = {
  hours: { flag: "--hours <count>", help: "for how long", min: 1, max: 8_784 },
  count: { flag: "--count <count>", help: "GPUs [1]", min: 1, max: 100_000 },
  limit: {
    flag: "--limit <count>",
    help: "offers shown at most, but as many as are asked for [50]",
    min: 1,
    max: 100_000,
  },
} as const;
const TIERS = { spot: "SPOT", "on-demand": "ON_DEMAND", reserved: "RESERVED" } as const;

interface Flags {
  model: string;
  tier: keyof typeof TIERS;
  start?: string;
  region?: string;
  minScore?: string;
  json?: boolean;
}

const EXAMPLES = `
Which GPUs can be had, best first: the cheapest, then the better operator, then the lesser chance that a reservation takes
them away. Nothing is held for who asks.
  bc quote --model H100 --tier spot --hours 10
  bc quote --model "NVIDIA H100 80GB HBM3" --tier reserved --hours 720 --start 2026-12-01T00:00Z --count 8 --region us-west
  bc quote --model L40S --tier on-demand --hours 24 --min-score 70 --json

--model takes a part of the name if it is that of one model only. Without --start: now, or the next whole hour.
Exit code: 0 if as many can be had as were asked for, else 1.`;

/** `bc quote`: offers for a model, tier, time and number of GPUs. */
export function addQuote(program: Command): void {
  const command = program.command("quote").description("what GPUs can be had, at what price, and how safe they are");
  addSettings(command, NAMES)
    .addOption(new Option("--model <name>", "the GPU's model, or a part of its name").makeOptionMandatory())
    .addOption(new Option("--tier <tier>", "terms of use").choices(Object.keys(TIERS)).makeOptionMandatory())
    .addOption(new Option(NUMBERS.hours.flag, NUMBERS.hours.help).makeOptionMandatory())
    .addOption(new Option("--start <time>", "from when on, ISO 8601 with its zone"))
    .addOption(new Option(NUMBERS.count.flag, NUMBERS.count.help))
    .addOption(new Option("--region <name>", "in this region only"))
    .addOption(new Option("--min-score <score>", "operators with this score or better, 0 to 100"))
    .addOption(new Option(NUMBERS.limit.flag, NUMBERS.limit.help))
    .addOption(new Option("--json", "all of it as JSON, on one line"))
    .addHelpText("after", EXAMPLES)
    .action((flags: Flags) => runQuote(command, flags));
}

async function runQuote(command: Command, flags: Flags): Promise<void> {
  const settings = settingsOf(command, NAMES);
  const { hours = 1, count = 1, limit = 50 } = readNumbers(NUMBERS, command.opts());
  const wanted: Wanted = {
    ...{ model: flags.model, tier: TIERS[flags.tier], hours, count, region: flags.region ?? null },
    startAt: flags.start === undefined ? null : instantOf(flags.start),
    minimumScore: flags.minScore === undefined ? null : scoreOf(flags.minScore),
  };
  const databaseUrl = databaseUrlOf(settings);
  await checkReachable(databaseUrl);
  const made = await ask(databaseUrl, wanted);
  const { quoteJson, quoteTable } = await import("../quote-table.ts");
  process.stdout.write(`${flags.json ? JSON.stringify(quoteJson(made)) : quoteTable(made, limit)}\n`);
  if (made.totalDc === null) process.exitCode = 1;
}

async function ask(databaseUrl: string, wanted: Wanted): Promise<MadeQuote> {
  const { makeQuote } = await import("#api/src/graphql/quotes.ts");
  const { readAsOf } = await import("#api/src/facts/as-of.ts");
  const { listModels } = await import("#api/src/sources/offers.ts");
  const { withSnapshot } = await import("#api/src/sources/snapshot.ts");
  const pool = createPool(databaseUrl, { name: "bc-quote", max: 1 });
  const read = withSnapshot(pool, async (snapshot) => {
    const { block } = await readAsOf(snapshot);
    const model = oneModel(wanted.model, await listModels(snapshot));
    return makeQuote(snapshot, { ...wanted, model }, Number(block.timestamp));
  });
  return read.finally(() => pool.end());
}

/** The model that has this name, or the only one with it in its name; as it is where none has. */
function oneModel(text: string, models: readonly string[]): string {
  if (models.includes(text)) return text;
  const found = models.filter((model) => model.toLowerCase().includes(text.toLowerCase()));
  if (found.length > 1) {
    throw new BaseError("BAD_FLAG", `--model "${text}" could be ${found.join(" or ")}`, {
      hints: ["give more of the name"],
    });
  }
  return found[0] ?? text;
}

function instantOf(text: string): number {
  const at = /T.*(Z|[+-]\d\d:?\d\d)$/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(at)) {
    throw new BaseError(
      "BAD_FLAG",
      `--start is "${text}", but must be an instant with its zone, such as 2026-12-01T00:00Z`,
    );
  }
  return Math.ceil(at / 1_000);
}

function scoreOf(text: string): number {
  const score = /^\d{1,3}(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (!(score <= 100)) throw new BaseError("BAD_FLAG", `--min-score is "${text}", but must be a number from 0 to 100`);
  return score;
}
