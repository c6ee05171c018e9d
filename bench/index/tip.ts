import { createDatabase } from "#indexer/testdata/graph-node.ts";
import type { NativePostgres } from "#indexer/testdata/native-postgres.ts";
import { createPool, type Pool } from "#kernel/pg.ts";
import { sleep } from "#kernel/time.ts";
import { startLiveChain } from "./chain.ts";
import { Rpc } from "./rpc.ts";
import type { Side } from "./run.ts";

/** Blocks whose time is taken; the first ones after the start don't count. */
const BLOCKS = 30;
const FIRST_BLOCKS = 3;
const LOOK_MS = 5;
const GIVE_UP_MS = 120_000;

/** Milliseconds from when a block could be read from the node to when its rows could be read from the database. */
export interface TipLatency {
  readonly medianMs: number;
  readonly p95Ms: number;
}

/** Lets a side follow a chain with a block of events each second, and takes the time of each block. */
export async function measureTip(side: Side, server: NativePostgres): Promise<TipLatency> {
  const databaseUrl = await createDatabase(server.url, "bench");
  const pool = createPool(databaseUrl, { name: "bench", max: 1 });
  const chain = await startLiveChain();
  const child = await side.start({ rpcUrl: chain.url, databaseUrl });
  const stopped = new AbortController();
  try {
    const mined = new Map<number, number>();
    const watching = watchBlocks(new Rpc(chain.url), mined, stopped.signal);
    const visible = await watchRows(pool, side.layout.schema);
    stopped.abort();
    await watching;
    const latencies = [...visible]
      .slice(FIRST_BLOCKS)
      .map(([block, at]) => at - (mined.get(block) ?? NaN))
      .sort((a, b) => a - b);
    return { medianMs: quantile(latencies, 0.5), p95Ms: quantile(latencies, 0.95) };
  } finally {
    stopped.abort();
    await child.stop();
    await chain.stop();
    await pool.end();
  }
}

/** The value that a share of the sorted values is not above. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.ceil(sorted.length * share) - 1] ?? NaN;
}

/** Notes when each block is there. */
async function watchBlocks(rpc: Rpc, mined: Map<number, number>, signal: AbortSignal): Promise<void> {
  let last = Number(await rpc.call("eth_blockNumber"));
  while (!signal.aborted) {
    const head = Number(await rpc.call("eth_blockNumber"));
    while (last < head) mined.set(++last, performance.now());
    await sleep(LOOK_MS);
  }
}

/** When the rows of each block are there, block by block. */
async function watchRows(pool: Pool, schema: string): Promise<Map<number, number>> {
  const visible = new Map<number, number>();
  let last = 0;
  for (const giveUpAt = performance.now() + GIVE_UP_MS; visible.size < BLOCKS + FIRST_BLOCKS; await sleep(LOOK_MS)) {
    if (performance.now() > giveUpAt) throw new Error("the tip's rows did not come");
    const { rows } = await pool
      .query<{ block: number }>(`select distinct block from ${schema}.trade where block > $1 order by 1`, [last])
      .catch(() => ({ rows: [] })); // there is no table yet
    for (const { block } of rows) {
      visible.set(block, performance.now());
      last = block;
    }
  }
  return visible;
}
