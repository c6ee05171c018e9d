import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { openScene, rent } from "#api/test/live/scene.ts";
import { World } from "#api/test/live/world.ts";
import { sleep } from "#kernel/time.ts";
import type { Figure } from "../figure.ts";
import type { BenchFlags } from "../flags.ts";
import { openClients, type Clients } from "./clients.ts";
import type { Order, Report } from "./side.ts";

const SUBSCRIBERS = 1_000;
const DEFAULT_RUNS = 30;
const QUERY = `subscription { rentals { kind block { number hash timestamp } resumeAt { number hash } undone
  events { id kind rentalId gpuId model tier customer rateDcPerHour startAt paidUntil } } }`;
const SIDE = fileURLToPath(new URL("side.ts", import.meta.url));
const MIB = 2 ** 20;

/** A process that serves, and what it costs. */
interface Side {
  url: string;
  ask(): Promise<Extract<Report, { kind: "memory" }>>;
  tell(order: Order): void;
  stop(): void;
}

/**
 * A thousand subscribers of one stream: what they cost while nothing happens, and how long after a block is in the
 * database the last of them has heard of it; then a bare WebSocket server that sends as many readers the same bytes.
 */
export async function benchSubscribe({ runs = DEFAULT_RUNS }: BenchFlags): Promise<Figure[]> {
  const world = await World.open();
  try {
    await world.mine((block) => openScene(block, world.at));
    const ours = await measure(world.database.url, runs, () => mineRental(world));
    const bare = await measure(undefined, runs, async (side) => {
      const from = performance.now();
      side.tell({ kind: "broadcast", text: ours.text });
      return from;
    });
    const at = (side: Measured, part: number): number => side.lastMs[Math.ceil(side.lastMs.length * part) - 1] ?? NaN;
    process.stdout.write(
      `bare ws, the same ${ours.text.length} bytes: last reader p50 ${at(bare, 0.5).toFixed(1)} ms, p99 ${at(bare, 0.99).toFixed(1)} ms, ` +
        `${bare.mib.toFixed(1)} MiB, CPU ${bare.cpuMs.toFixed(1)} ms a message to all; ours ${ours.cpuMs.toFixed(1)} ms; idle ${ours.idleCpu.toFixed(2)} % of a core\n`,
    );
    return [
      { name: `${SUBSCRIBERS} idle subscribers, memory`, value: ours.mib, unit: "MiB", limit: 150 },
      { name: "block in the database to the last of them, p50", value: at(ours, 0.5), unit: "ms", limit: 250 },
      { name: "block in the database to the last of them, p99", value: at(ours, 0.99), unit: "ms", limit: 250 },
    ];
  } finally {
    await world.close();
  }
}

/** When the block of a new rental was in the database. */
async function mineRental(world: World): Promise<number> {
  await world.mine((block) => rent(block, world.number, 1, world.number, world.at));
  return performance.now();
}

interface Measured {
  mib: number;
  /** from the cause to when the last reader heard of it, ascending */
  lastMs: number[];
  /** of the serving process, a message to all */
  cpuMs: number;
  /** of the serving process while nothing happens, percent of a core */
  idleCpu: number;
  /** a message as it was sent */
  text: string;
}

/** @param cause makes all readers hear something; gives when it happened */
async function measure(
  databaseUrl: string | undefined,
  runs: number,
  cause: (side: Side) => Promise<number>,
): Promise<Measured> {
  const side = await startSide(databaseUrl);
  let clients: Clients | undefined;
  try {
    const query = databaseUrl === undefined ? undefined : QUERY;
    (await openClients(side.url, 20, query, () => true)).close(); // what the first ones bring along isn't the others'
    const before = await side.ask();
    clients = await openClients(side.url, SUBSCRIBERS, query, (text) => !text.includes('"START"'));
    await sleep(1_000);
    const quiet = await side.ask();
    await sleep(5_000);
    const idle = await side.ask();
    const lastMs: number[] = [];
    for (let run = 1; run <= runs; run++) {
      const from = await cause(side);
      const times = await clients.heard(run);
      lastMs.push(Math.max(0, Math.max(...times) - from));
      await sleep(Math.random() * 150); // looks must not keep in step with blocks
    }
    const after = await side.ask();
    return {
      mib: (idle.rss - before.rss) / MIB,
      lastMs: lastMs.sort((a, b) => a - b),
      cpuMs: ((after.cpuSeconds - idle.cpuSeconds) * 1_000) / runs,
      idleCpu: ((idle.cpuSeconds - quiet.cpuSeconds) / 5) * 100,
      text: clients.lastText,
    };
  } finally {
    clients?.close();
    side.stop();
  }
}

async function startSide(databaseUrl: string | undefined): Promise<Side> {
  const child: ChildProcess = fork(SIDE, databaseUrl === undefined ? [] : [databaseUrl], {
    execArgv: ["--import", "tsx", "--expose-gc"],
  });
  const [first] = (await once(child, "message")) as [Report];
  if (first.kind !== "url") throw new Error("BUG: a side says where it listens first");
  return {
    url: first.url,
    tell: (order) => child.send(order),
    ask: async () => {
      child.send({ kind: "memory" } satisfies Order);
      const [report] = (await once(child, "message")) as [Extract<Report, { kind: "memory" }>];
      return report;
    },
    stop: () => child.disconnect(),
  };
}
