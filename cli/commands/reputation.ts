import { Option, type Command } from "commander";
import type { ScoreRow } from "#api/src/sources/reputation-scores.ts";
import { BaseError } from "#kernel/errors.ts";
import { checkReachable, createPool, type Pool } from "#kernel/pg.ts";
import type { SettingName } from "#kernel/settings.ts";
import { addSettings, databaseUrlOf, settingsOf } from "../settings.ts";
import { timeFlag } from "../time-flag.ts";

const NAMES = ["databaseUrl", "databasePort"] as const satisfies SettingName[];

interface Flags {
  operator?: string;
  member?: string;
  at?: string;
  from?: string;
  to?: string;
  full?: boolean;
  json?: boolean;
}

const RANKING_HELP = `
Scores are the lower ends of their intervals: the less is known, the lower. The columns named after dimensions show what was
seen; - is nothing.
  bc reputation                            all operators, best first
  bc reputation --operator 4               one, and its members
  bc reputation --at 2026-11-23T12:00Z     as they were then`;

const EXPLAIN_HELP = `
  bc reputation explain --operator 4
  bc reputation explain --operator 4 --member 0x… --at 2026-11-20

For a time gone by, the score is worked out again from the facts that were kept.`;

const REPLAY_HELP = `
Works published scores out again from the facts that were kept with them, without the chain and the samples, and compares
them, digit by digit, and the facts' hash.
  bc reputation replay                     the last day's
  bc reputation replay --from 2026-11-01 --full
  bc reputation replay --operator 4 --at 2026-11-20T12:00Z

Exit code: 0 if all are the same; 1 on any difference, or with the reason why it can't be told.`;

/** `bc reputation`: scores of operators and members, why they are so, and whether they can be worked out again. */
export function addReputation(program: Command): void {
  const command = program
    .command("reputation")
    .description("rank operators by their scores; explain and replay a score");
  withFlags(command, RANKING_HELP).action(() => run(command, ranking));
  const explain = command
    .command("explain")
    .description("say what a score is made of, what it cost, what would raise it");
  withFlags(explain, EXPLAIN_HELP)
    .addOption(new Option("--member <address or id>", "a member of the operator"))
    .action(() => run(explain, explanation));
  const again = command.command("replay").description("work published scores out again, and compare");
  withFlags(again, REPLAY_HELP)
    .addOption(new Option("--from <time>", "the first score [a day before --to]"))
    .addOption(new Option("--to <time>", "the last score [the newest]"))
    .addOption(new Option("--full", "from the first fact on, whatever sums were kept in between"))
    .action(() => run(again, replayed));
}

function withFlags(command: Command, help: string): Command {
  return addSettings(command, NAMES)
    .addOption(new Option("--operator <id>", "this operator"))
    .addOption(new Option("--at <time>", "as of the last score up to this time [the newest]"))
    .addOption(new Option("--json", "all of it as JSON, on one line"))
    .addHelpText("after", help);
}

async function run(command: Command, work: (pool: Pool, flags: Flags) => Promise<string>): Promise<void> {
  // flags that the parent knows, too, are the parent's for commander
  const flags = { ...command.parent?.opts<Flags>(), ...command.opts<Flags>() };
  const settings = settingsOf(command, NAMES);
  const databaseUrl = databaseUrlOf(settings);
  await checkReachable(databaseUrl);
  const pool = createPool(databaseUrl, { name: "bc-reputation", max: 1 });
  try {
    process.stdout.write(`${await work(pool, flags)}\n`);
  } finally {
    await pool.end();
  }
}

async function ranking(pool: Pool, { operator, at, json = false }: Flags): Promise<string> {
  const { rankingTable } = await import("../reputation-table.ts");
  const rows = await readRows(pool, operator, timeFlag("--at", at));
  return json ? jsonOf(rows) : rankingTable(rows, await namesOf(pool, rows));
}

async function explanation(pool: Pool, { operator, member, at, json = false }: Flags): Promise<string> {
  if (operator === undefined) throw new BaseError("BAD_FLAG", "--operator is needed: whose score is to be explained");
  const { publishedExplanation } = await import("#api/src/domain/reputation/publish.ts");
  const { findScore } = await import("#api/src/domain/reputation/score.ts");
  const { replay } = await import("#api/src/jobs/reputation/replay.ts");
  const { explanationText } = await import("../reputation-table.ts");
  const rows = await readRows(pool, operator, timeFlag("--at", at));
  const memberId =
    member === undefined ? null : member.includes("-") ? member.toLowerCase() : `${operator}-${member.toLowerCase()}`;
  const row = rows.find((one) => one.memberId === memberId);
  if (!row) throw unknown(memberId === null ? `operator ${operator}` : `member ${memberId}`);
  const seconds = row.at.getTime() / 1_000;
  for await (const { scores } of replay(pool, { from: seconds, until: seconds })) {
    const found = publishedExplanation(findScore(scores, row));
    return json
      ? jsonOf({ ...row, ...found })
      : explanationText(row, found, (await namesOf(pool, rows)).get(operator) ?? "");
  }
  throw unknown(`score as of ${row.at.toISOString()}`);
}

async function replayed(pool: Pool, flags: Flags): Promise<string> {
  const { replay } = await import("#api/src/jobs/reputation/replay.ts");
  const { operator, full: isFull = false, json = false } = flags;
  const at = timeFlag("--at", flags.at);
  const until = await scoredAt(pool, at ?? timeFlag("--to", flags.to));
  const from = at ? until : (timeFlag("--from", flags.from) ?? new Date(until.getTime() - 86_400_000));
  if (from > until) {
    const hints = [`the last score up to --to is as of ${until.toISOString()}`, "give --from the earlier time"];
    throw new BaseError("BAD_WINDOW", `the window from ${from.toISOString()} ends before it begins`, { hints });
  }
  if (operator !== undefined && (await readRows(pool, operator, until)).length === 0)
    throw unknown(`operator ${operator}`);
  const differences: string[] = [];
  let count = 0;
  for await (const one of replay(pool, { from: from.getTime() / 1_000, until: until.getTime() / 1_000, isFull })) {
    count++;
    const own = one.differences.filter(
      (text) => operator === undefined || new RegExp(`^${operator}\\b|^the kept`).test(text),
    );
    differences.push(...own.map((text) => `${new Date(one.run.at * 1_000).toISOString()} ${text}`));
  }
  if (differences.length > 0) process.exitCode = 1;
  if (json) return jsonOf({ runs: count, differences });
  const span = `${count} runs from ${from.toISOString()} to ${until.toISOString()}`;
  if (differences.length === 0) return `${span}: all scores come out as they were published.`;
  return [`${span}: ${differences.length} differences`, ...differences.slice(0, 50)].join("\n");
}

async function readRows(pool: Pool, operator: string | undefined, until: Date | undefined): Promise<ScoreRow[]> {
  const { readRanking } = await import("#api/src/sources/reputation-scores.ts");
  const { withSnapshot } = await import("#api/src/sources/snapshot.ts");
  const at = await scoredAt(pool, until);
  const rows = await withSnapshot(pool, (snapshot) => readRanking(snapshot, at, operator ?? null));
  if (operator !== undefined && rows.length === 0) throw unknown(`operator ${operator}`);
  return rows;
}

/** When the newest scores up to a time are of. */
async function scoredAt(pool: Pool, until: Date | undefined): Promise<Date> {
  const { readScoredAt } = await import("#api/src/sources/reputation-scores.ts");
  const { withSnapshot } = await import("#api/src/sources/snapshot.ts");
  const at = await withSnapshot(pool, (snapshot) => readScoredAt(snapshot, until ?? null));
  if (at) return at;
  throw new BaseError(
    "NO_SCORES",
    until ? `there are no scores up to ${until.toISOString()}` : "there are no scores yet",
    {
      hints: ["`bc jobs` works them out each hour; its /health says what it waits for"],
    },
  );
}

async function namesOf(pool: Pool, rows: readonly ScoreRow[]): Promise<Map<string, string>> {
  const { readOperators } = await import("#api/src/sources/chain.ts");
  const { withSnapshot } = await import("#api/src/sources/snapshot.ts");
  const ids = [...new Set(rows.map(({ operatorId }) => operatorId))];
  const found = await withSnapshot(pool, (snapshot) => readOperators(snapshot, ids));
  return new Map(found.map(({ id, name }) => [id, name]));
}

function unknown(what: string): BaseError {
  return new BaseError("UNKNOWN_SUBJECT", `there is no ${what}`, {
    hints: ["`bc reputation` lists the operators that have scores"],
  });
}

function jsonOf(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) => (typeof one === "bigint" ? String(one) : one));
}
