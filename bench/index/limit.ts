import { Agent, request } from "node:http";
import pg from "pg";
import { from } from "pg-copy-streams";

// The most that this machine, Node and PostgreSQL give: logs fetched and decoded by hand for this one event, entities in
// memory, COPY. Run with the node's URL, the database's, and the first and last block.

interface Log {
  topics: [string, string, string];
  data: string;
  blockNumber: string;
  blockTimestamp: string;
  transactionHash: string;
  logIndex: string;
}

interface Account {
  trades: number;
  volume: bigint;
  lastBlock: number;
}

interface Pool {
  trades: number;
  volume: bigint;
  lastPrice: string;
}

interface PoolDay {
  pool: string;
  day: number;
  trades: number;
  volume: bigint;
}

const CONTRACT = "0x5fbdb2315678afecb367f032d93f642f64180aa3";
const DAY_SECONDS = 86_400;
const BLOCKS_AT_ONCE = 100;
const EVENTS_PER_COMMIT = 20_000;

const TABLES = {
  account: "id bytea primary key, trades int not null, volume numeric not null, last_block int not null",
  pool: "id text primary key, trades int not null, volume numeric not null, last_price numeric not null",
  pool_day: "id text primary key, pool text not null, day int not null, trades int not null, volume numeric not null",
  trade: `id bytea primary key, account bytea not null, pool text not null, amount numeric not null,
    price numeric not null, block int not null, timestamp numeric not null`,
};
const UPDATES: Record<string, string> = {
  account: "trades = excluded.trades, volume = excluded.volume, last_block = excluded.last_block",
  pool: "trades = excluded.trades, volume = excluded.volume, last_price = excluded.last_price",
  pool_day: "trades = excluded.trades, volume = excluded.volume",
};

const accounts = new Map<string, Account>();
const pools = new Map<string, Pool>();
const poolDays = new Map<string, PoolDay>();
/** Entities changed since the last commit. */
const changed = { account: new Set<string>(), pool: new Set<string>(), pool_day: new Set<string>() };
/** Rows of trades since the last commit, as COPY takes them. */
let trades: string[] = [];

const [rpcUrl = "", databaseUrl = "", first = "", last = ""] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true });

function fetchLogs(fromBlock: number): Promise<Log[]> {
  const toBlock = Math.min(fromBlock + BLOCKS_AT_ONCE - 1, Number(last));
  const range = { address: CONTRACT, fromBlock: `0x${fromBlock.toString(16)}`, toBlock: `0x${toBlock.toString(16)}` };
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_getLogs", params: [range] });
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-length": body.length };
    const call = request(rpcUrl, { agent, method: "POST", headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () =>
        resolve((JSON.parse(Buffer.concat(chunks).toString("latin1")) as { result: Log[] }).result),
      );
      response.on("error", reject);
    });
    call.on("error", reject);
    call.end(body);
  });
}

/** A 32-byte word as a decimal; most are small. */
function decimal(word: string): string {
  return word.startsWith("0".repeat(52)) ? String(parseInt(word.slice(52), 16)) : BigInt(`0x${word}`).toString();
}

/** A number as four bytes of hex, the lowest first. */
function littleEndian(value: number): string {
  const hex = value.toString(16).padStart(8, "0");
  return hex.slice(6) + hex.slice(4, 6) + hex.slice(2, 4) + hex.slice(0, 2);
}

function handle(log: Log): void {
  const id = log.topics[1].slice(26);
  const poolId = decimal(log.topics[2].slice(2));
  const amount = BigInt(`0x${log.data.slice(2, 66)}`);
  const price = decimal(log.data.slice(66, 130));
  const block = Number(log.blockNumber);
  const timestamp = Number(log.blockTimestamp);

  let account = accounts.get(id);
  if (!account) accounts.set(id, (account = { trades: 0, volume: 0n, lastBlock: 0 }));
  account.trades++;
  account.volume += amount;
  account.lastBlock = block;
  changed.account.add(id);

  let pool = pools.get(poolId);
  if (!pool) pools.set(poolId, (pool = { trades: 0, volume: 0n, lastPrice: "" }));
  pool.trades++;
  pool.volume += amount;
  pool.lastPrice = price;
  changed.pool.add(poolId);

  const day = Math.floor(timestamp / DAY_SECONDS);
  const dayId = `${poolId}-${day}`;
  let poolDay = poolDays.get(dayId);
  if (!poolDay) poolDays.set(dayId, (poolDay = { pool: poolId, day, trades: 0, volume: 0n }));
  poolDay.trades++;
  poolDay.volume += amount;
  changed.pool_day.add(dayId);

  const tradeId = log.transactionHash.slice(2) + littleEndian(Number(log.logIndex));
  trades.push(`\\\\x${tradeId}\t\\\\x${id}\t${poolId}\t${amount}\t${price}\t${block}\t${timestamp}\n`);
}

async function copy(client: pg.Client, table: string, text: string): Promise<void> {
  const stream = client.query(from(`copy ${table} from stdin`));
  await new Promise<void>((resolve, reject) => stream.on("finish", resolve).on("error", reject).end(text));
}

/** Writes changed entities by way of a temporary table. */
async function upsert(client: pg.Client, table: string, rows: readonly string[]): Promise<void> {
  await copy(client, `changed_${table}`, rows.join(""));
  await client.query(
    `insert into ${table} select * from changed_${table} on conflict (id) do update set ${UPDATES[table] ?? ""}`,
  );
}

/** One transaction: what changed since the last, and the cursor. */
async function commit(client: pg.Client, block: number): Promise<void> {
  const rows = {
    account: Array.from(changed.account, (id) => {
      const { trades: count, volume, lastBlock } = accounts.get(id) as Account;
      return `\\\\x${id}\t${count}\t${volume}\t${lastBlock}\n`;
    }),
    pool: Array.from(changed.pool, (id) => {
      const { trades: count, volume, lastPrice } = pools.get(id) as Pool;
      return `${id}\t${count}\t${volume}\t${lastPrice}\n`;
    }),
    pool_day: Array.from(changed.pool_day, (id) => {
      const { pool, day, trades: count, volume } = poolDays.get(id) as PoolDay;
      return `${id}\t${pool}\t${day}\t${count}\t${volume}\n`;
    }),
  };
  const made = trades.join("");
  trades = [];
  for (const set of Object.values(changed)) set.clear();
  await client.query("begin");
  await copy(client, "trade", made);
  for (const [table, lines] of Object.entries(rows)) await upsert(client, table, lines);
  await client.query("update cursor set block = $1", [block]);
  await client.query("commit");
}

async function createTables(client: pg.Client): Promise<void> {
  const tables = Object.entries(TABLES).map(([name, columns]) => `create table ${name} (${columns});`);
  const temporary = Object.keys(UPDATES).map(
    (name) => `create temporary table changed_${name} (like ${name}) on commit delete rows;`,
  );
  await client.query([...tables, ...temporary, "create table cursor as select 0 as block"].join("\n"));
}

const client = new pg.Client(databaseUrl);
await client.connect();
await createTables(client);
// fetching the next range and writing the last batch go on while logs are handled
let next = fetchLogs(Number(first));
let writing = Promise.resolve();
for (let block = Number(first); block <= Number(last); block += BLOCKS_AT_ONCE) {
  const logs = await next;
  const following = block + BLOCKS_AT_ONCE;
  if (following <= Number(last)) next = fetchLogs(following);
  for (const log of logs) handle(log);
  if (trades.length < EVENTS_PER_COMMIT && following <= Number(last)) continue;
  await writing;
  writing = commit(client, following - 1);
}
await writing;
await client.end();
agent.destroy();
