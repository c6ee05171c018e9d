import { fork } from "node:child_process";
import { once } from "node:events";
import { isDeepStrictEqual } from "node:util";
import { fileURLToPath } from "node:url";
import { BaseError } from "#kernel/errors.ts";
import type { Figure } from "../figure.ts";
import type { BenchFlags } from "../flags.ts";
import { Asker } from "./asker.ts";
import { openMonth } from "./database.ts";
import { QUESTIONS, type Question } from "./questions.ts";
import type { Report } from "./side.ts";

const DEFAULT_RUNS = 5;
/** Rounds that only make V8 compile. */
const WARM_ROUNDS = 2;
const STEADY = { perSecond: 200, seconds: 20, limitMs: 150 };
const SIDE = fileURLToPath(new URL("side.ts", import.meta.url));

/** A process that answers. */
interface Side {
  url: string;
  cpu(): Promise<number>;
  stop(): void;
}

/**
 * What an answer costs of the server's own CPU, beside pg and JSON alone with the same data: rounds by turns, the best of
 * each side counts. Then 200 small queries a second: of a network that runs already where `--api` names it.
 */
export async function benchApi({ api, runs = DEFAULT_RUNS, profile }: BenchFlags): Promise<Figure[]> {
  const world = await openMonth();
  const sides: Side[] = [];
  const asker = new Asker();
  try {
    const ours = await startSide("ours", world.database.url, profile);
    const raw = await startSide("raw", world.database.url, false);
    sides.push(ours, raw);
    const figures: Figure[] = [];
    for (const question of QUESTIONS) figures.push(await compare(question, ours, raw, asker, runs));
    const small = `query Small { network { gpuCount } asOf { block { number } } }`;
    await asker.repeat(200, api ?? ours.url, small);
    const times = await asker.steadily(STEADY.perSecond, STEADY.seconds, api ?? ours.url, small);
    const at = (part: number): number => times[Math.ceil(times.length * part) - 1] ?? NaN;
    process.stdout.write(`${STEADY.perSecond} a second: p50 ${at(0.5).toFixed(1)} ms, p99 ${at(0.99).toFixed(1)} ms\n`);
    const beside = api === undefined ? "nothing beside" : "in a running network";
    figures.push({
      name: `200 small queries a second, ${beside}, p99`,
      value: at(0.99),
      unit: "ms",
      limit: STEADY.limitMs,
    });
    return figures;
  } finally {
    asker.close();
    for (const side of sides) side.stop();
    await world.close();
  }
}

async function compare(question: Question, ours: Side, raw: Side, asker: Asker, runs: number): Promise<Figure> {
  const { name, query, path, count, limit } = question;
  const dataOf = (text: string): unknown => (JSON.parse(text) as { data: unknown }).data;
  const [told, expected] = [await asker.ask(ours.url, query), await asker.ask(`${raw.url}${path}`)];
  if (!isDeepStrictEqual(dataOf(told), dataOf(expected)))
    throw new BaseError("BAD_ANSWER", `${name}: the API says ${told.slice(0, 300)}, pg says ${expected.slice(0, 300)}`);
  const best = { ours: Infinity, raw: Infinity };
  for (let round = -WARM_ROUNDS; round < runs; round++) {
    const spent = {
      ours: await costOf(ours, count, () => asker.repeat(count, ours.url, query)),
      raw: await costOf(raw, count, () => asker.repeat(count, `${raw.url}${path}`)),
    };
    if (round < 0) continue;
    best.ours = Math.min(best.ours, spent.ours);
    best.raw = Math.min(best.raw, spent.raw);
  }
  process.stdout.write(
    `${name}, ${told.length} bytes: ${best.ours.toFixed(0)} µs; pg and JSON alone ${best.raw.toFixed(0)} µs\n`,
  );
  return { name: `${name}, CPU over pg and JSON alone`, value: best.ours / best.raw, unit: "×", limit };
}

/** CPU of a side, microseconds a request. */
async function costOf(side: Side, count: number, work: () => Promise<void>): Promise<number> {
  const before = await side.cpu();
  await work();
  return (((await side.cpu()) - before) / count) * 1e6;
}

async function startSide(name: string, databaseUrl: string, isProfiled: boolean): Promise<Side> {
  const child = fork(SIDE, [name, databaseUrl], {
    execArgv: ["--import", "tsx", ...(isProfiled ? ["--cpu-prof", "--cpu-prof-dir", ".cache/bench/profile"] : [])],
  });
  const [first] = (await once(child, "message")) as [Report];
  if (first.kind !== "url") throw new Error("BUG: a side says where it listens first");
  return {
    url: first.url,
    cpu: async () => {
      child.send("cpu");
      const [report] = (await once(child, "message")) as [Extract<Report, { kind: "cpu" }>];
      return report.seconds;
    },
    stop: () => child.disconnect(),
  };
}
