import { performance } from "node:perf_hooks";
import { BaseError } from "#kernel/errors.ts";
import type { Figure } from "./figure.ts";
import type { BenchFlags } from "./flags.ts";

const DEFAULT_API = "http://127.0.0.1:4000/graphql";
const DEFAULT_RUNS = 5;
/** The longest that a page may take, milliseconds. */
const LIMIT_MS = 300;

/** What the queries below ask about: found in the network itself. */
interface Subject {
  gpu: string;
  customer: string;
  pool: string;
  /** cursor amid the rentals */
  amid: string | null;
}

/** Queries as large as a page may be. */
const QUERIES: Readonly<Record<string, string>> = {
  "GPUs with all they point to": `gpus(first: 200) { nodes { id owner { address } operator { id } pool { id } rental { id customer { address } } } }`,
  "GPUs of a pool": `gpus(first: 200, where: { pool: $pool, status: ACTIVE }) { nodes { id } }`,
  "GPUs with their last hour and day": `gpus(first: 200) { nodes { burnedByHour(hours: 24) { burnedDc } telemetry(minutes: 60) { state utilization } } }`,
  "pools with operators and GPUs": `pools(first: 50) { nodes { operator { id } gpus(first: 200) { nodes { id status rental { id } } } } }`,
  "operators with pools": `operators { nodes { id owner { address } pools { nodes { id } } } }`,
  "rentals with all they point to": `rentals(first: 200) { nodes { id gpu { id } pool { id } customer { address } isRunning accruedDc } }`,
  "rentals amid the list": `rentals(first: 200, after: $amid) { nodes { id tier startAt } }`,
  "rentals of a GPU": `rentals(first: 200, where: { gpu: $gpu }) { nodes { id } }`,
  "rentals of a customer": `rentals(first: 200, where: { customer: $customer }) { nodes { id } }`,
  "a wallet with GPUs and rentals": `account(address: $customer) { gpus { nodes { id } } rentals { nodes { id } } }`,
  "a GPU's month by hour": `gpu(id: $gpu) { burnedByHour(hours: 744) { hour burnedDc } }`,
  "a GPU's day by minute": `gpu(id: $gpu) { telemetry(minutes: 1440) { at state utilization powerWatts } }`,
};

/**
 * Asks a running network's API (`--api`) for its largest pages, each several times, and takes the median. What the network
 * holds decides what that tells: start one with a month's past.
 */
export async function benchLists({ api = DEFAULT_API, runs = DEFAULT_RUNS }: BenchFlags): Promise<Figure[]> {
  const subject = await findSubject(api);
  const figures: Figure[] = [];
  for (const [name, query] of Object.entries(QUERIES)) {
    const times: number[] = [];
    for (let run = 0; run < runs; run++) {
      const from = performance.now();
      await ask(api, query, subject);
      times.push(performance.now() - from);
    }
    const value = times.sort((a, b) => a - b)[Math.floor(runs / 2)] ?? NaN;
    figures.push({ name, value, unit: "ms", limit: LIMIT_MS });
  }
  return figures;
}

/** The first rental's GPU, pool and customer, and the middle of all rentals. */
async function findSubject(api: string): Promise<Subject> {
  const none: Subject = { gpu: "", customer: "", pool: "", amid: null };
  const data = await ask(
    api,
    `network { rentalCount gpuCount } rentals(first: 1) { nodes { gpu { id } pool { id } customer { address } } }`,
    none,
  );
  const { network, rentals } = data as {
    network: { rentalCount: number; gpuCount: number } | null;
    rentals: {
      nodes: { gpu: { id: string }; pool: { id: string }; customer: { address: string } }[];
    };
  };
  const first = rentals.nodes[0];
  if (!network || !first) {
    throw new BaseError("NOTHING_TO_ASK", `the network at ${api} has no rentals`, {
      hints: ["start one with a past: npm start"],
    });
  }
  process.stdout.write(`${network.gpuCount} GPUs, ${network.rentalCount} rentals\n`);
  const amid = Buffer.from(String(Math.ceil(network.rentalCount / 2))).toString("base64url");
  return { gpu: first.gpu.id, pool: first.pool.id, customer: first.customer.address, amid };
}

/** Asks a query with the subject's values in the places of `$gpu` and the like. */
async function ask(api: string, query: string, subject: Subject): Promise<unknown> {
  const text = query.replaceAll(/\$(\w+)/g, (_, name: string) => JSON.stringify(subject[name as keyof Subject]));
  const response = await fetch(api, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: `{ ${text} }` }),
  }).catch((error: unknown) => {
    throw new BaseError("NO_API", `nothing answers at ${api}`, {
      cause: error,
      hints: ["start a network in another terminal: npm start", "name its API with --api"],
    });
  });
  const { data, errors } = (await response.json()) as { data?: unknown; errors?: { message: string }[] };
  if (errors) throw new BaseError("BAD_ANSWER", `${text}: ${errors[0]?.message ?? ""}`);
  return data;
}
