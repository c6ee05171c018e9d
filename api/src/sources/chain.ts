import type { Snapshot } from "./snapshot.ts";

/**
 * Entities of the current deployment, as the views in schema `chain` give them. Ids are on-chain numbers as decimal
 * text; addresses and hashes are 0x hex in lower case; money is `bigint` in base units; times are seconds since 1970.
 */

/** The whole network. */
export interface NetworkRow {
  operatorCount: number;
  poolCount: number;
  gpuCount: number;
  activeGpuCount: number;
  rentalCount: number;
  mintedDc: bigint;
  burnedDc: bigint;
  burnedBct: bigint;
  /** USD per BCT, 8 decimals; 0 before the first */
  price: bigint;
}

/** An operator identity. */
export interface OperatorRow {
  id: string;
  ownerAddress: string;
  payout: string | null;
  mode: string;
  name: string;
  metadataURI: string;
  poolCount: number;
  gpuCount: number;
  memberCount: number;
  burnedDc: bigint;
  createdAt: bigint;
}

/** A pool. Rates in DC base units per GPU and hour. */
export interface PoolRow {
  id: string;
  operatorId: string;
  model: string;
  region: string;
  spotRateDcPerHour: bigint;
  onDemandRateDcPerHour: bigint;
  reservedRateDcPerHour: bigint;
  operatorBps: number;
  poolBps: number;
  gpuBps: number;
  gpuCount: number;
  burnedDc: bigint;
  createdAt: bigint;
}

/** A GPU NFT. */
export interface GpuRow {
  id: string;
  ownerAddress: string;
  /** null: it is in no pool */
  operatorId: string | null;
  /** null: it is in no pool */
  poolId: string | null;
  contributor: string;
  uuidHash: string;
  status: string;
  /** started last and not ended on-chain; it may be over all the same */
  rentalId: string | null;
  rentalCount: number;
  paidSeconds: bigint;
  burnedDc: bigint;
  createdAt: bigint;
}

/** A rental. */
export interface RentalRow {
  id: string;
  gpuId: string;
  poolId: string;
  operatorId: string;
  customerAddress: string;
  tier: string;
  rateDcPerHour: bigint;
  depositedDc: bigint;
  burnedDc: bigint;
  refundedDc: bigint;
  startAt: bigint;
  paidUntil: bigint;
  /** over at this time whatever the funds; null: never */
  endsBy: bigint | null;
  settledUntil: bigint;
  endAt: bigint | null;
  endReason: string | null;
}

/** A wallet. */
export interface AccountRow {
  address: string;
  balanceDc: bigint;
  escrowDc: bigint;
  mintedDc: bigint;
  burnedDc: bigint;
  gpuCount: number;
}

/** One page of a list: rows whose id comes after `after`, at most `limit`. */
export interface Page {
  after: string | null;
  limit: number;
}

const hex = (column: string, as: string) => `'0x' || encode(${column}, 'hex') as "${as}"`;
const seconds = (column: string, as: string) => `${column}::int8 as "${as}"`;
/** Numbers in their own order although ids are text, and the page that begins after a cursor. */
const PAGE = `($1::text is null or (length(id), id) > (length($1), $1))`;
const ORDER = `order by length(id), id limit $2`;

const OPERATOR = `select id, ${hex("owner", "ownerAddress")}, ${hex("payout", "payout")}, mode::text, name,
  metadata_uri as "metadataURI", pool_count as "poolCount", gpu_count as "gpuCount", member_count as "memberCount",
  burned_dc as "burnedDc", ${seconds("created_at", "createdAt")} from chain.operator`;
const POOL = `select id, operator as "operatorId", model, region, spot_rate_dc_per_hour as "spotRateDcPerHour",
  on_demand_rate_dc_per_hour as "onDemandRateDcPerHour", reserved_rate_dc_per_hour as "reservedRateDcPerHour",
  operator_bps as "operatorBps", pool_bps as "poolBps", gpu_bps as "gpuBps", gpu_count as "gpuCount",
  burned_dc as "burnedDc", ${seconds("created_at", "createdAt")} from chain.pool`;
const GPU = `select id, ${hex("owner", "ownerAddress")}, operator as "operatorId", pool as "poolId",
  ${hex("contributor", "contributor")}, ${hex("uuid_hash", "uuidHash")}, status::text, rental as "rentalId",
  rental_count as "rentalCount", ${seconds("paid_seconds", "paidSeconds")}, burned_dc as "burnedDc",
  ${seconds("created_at", "createdAt")} from chain.gpu`;
const RENTAL = `select id, gpu as "gpuId", pool as "poolId", operator as "operatorId",
  ${hex("customer", "customerAddress")}, tier::text, rate_dc_per_hour as "rateDcPerHour",
  deposited_dc as "depositedDc", burned_dc as "burnedDc", refunded_dc as "refundedDc", ${seconds("start_at", "startAt")},
  ${seconds("paid_until", "paidUntil")}, ${seconds("ends_by", "endsBy")}, ${seconds("settled_until", "settledUntil")},
  ${seconds("end_at", "endAt")}, end_reason::text as "endReason" from chain.rental`;

/** Columns that PostgreSQL sends as numeric text and that are money. */
type Texts<Row> = { [K in keyof Row]: Row[K] extends bigint ? bigint | string : Row[K] };

/** Money arrives as numeric text; everything else is as the row says. */
function toBigInts<Row extends object>(row: Texts<Row>, ...money: (keyof Row)[]): Row {
  const result = { ...row } as Row;
  for (const key of money) result[key] = BigInt(row[key] as string) as Row[typeof key];
  return result;
}

const toOperator = (row: Texts<OperatorRow>) => toBigInts<OperatorRow>(row, "burnedDc");
const toPool = (row: Texts<PoolRow>) =>
  toBigInts<PoolRow>(row, "spotRateDcPerHour", "onDemandRateDcPerHour", "reservedRateDcPerHour", "burnedDc");
const toGpu = (row: Texts<GpuRow>) => toBigInts<GpuRow>(row, "burnedDc");
const toRental = (row: Texts<RentalRow>) =>
  toBigInts<RentalRow>(row, "rateDcPerHour", "depositedDc", "burnedDc", "refundedDc");

/** The network's totals; nothing before its first event. */
export async function readNetwork(snapshot: Snapshot): Promise<NetworkRow | undefined> {
  const [row] = await snapshot.rows<Texts<NetworkRow>>(
    "network",
    `select operator_count as "operatorCount", pool_count as "poolCount", gpu_count as "gpuCount",
     active_gpu_count as "activeGpuCount", rental_count as "rentalCount", minted_dc as "mintedDc",
     burned_dc as "burnedDc", burned_bct as "burnedBct", price from chain.network`,
  );
  return row && toBigInts<NetworkRow>(row, "mintedDc", "burnedDc", "burnedBct", "price");
}

/** Operators by id, in any order. */
export async function readOperators(snapshot: Snapshot, ids: readonly string[]): Promise<OperatorRow[]> {
  return (await snapshot.rows<Texts<OperatorRow>>("operators", `${OPERATOR} where id = any($1)`, [ids])).map(
    toOperator,
  );
}

/** Pools by id, in any order. */
export async function readPools(snapshot: Snapshot, ids: readonly string[]): Promise<PoolRow[]> {
  return (await snapshot.rows<Texts<PoolRow>>("pools", `${POOL} where id = any($1)`, [ids])).map(toPool);
}

/** Ids of all pools of an operator. */
export async function readPoolIds(snapshot: Snapshot, operatorId: string): Promise<string[]> {
  const sql = "select id from chain.pool where operator = $1 order by length(id), id";
  return (await snapshot.rows<{ id: string }>("pool-ids", sql, [operatorId])).map(({ id }) => id);
}

/** Which pools a list holds; null: any. */
export interface PoolFilter {
  operatorId: string | null;
  model: string | null;
  region: string | null;
}

/** A page of pools by id. */
export async function listPools(snapshot: Snapshot, page: Page, filter: PoolFilter): Promise<PoolRow[]> {
  const rows = await snapshot.rows<Texts<PoolRow>>(
    "pools-page",
    `${POOL} where ${PAGE} and ($3::text is null or operator = $3) and ($4::text is null or model = $4)
     and ($5::text is null or region = $5) ${ORDER}`,
    [page.after, page.limit, filter.operatorId, filter.model, filter.region],
  );
  return rows.map(toPool);
}

/** GPUs by id, in any order. */
export async function readGpus(snapshot: Snapshot, ids: readonly string[]): Promise<GpuRow[]> {
  return (await snapshot.rows<Texts<GpuRow>>("gpus", `${GPU} where id = any($1)`, [ids])).map(toGpu);
}

/** Rentals by id, in any order. */
export async function readRentals(snapshot: Snapshot, ids: readonly string[]): Promise<RentalRow[]> {
  return (await snapshot.rows<Texts<RentalRow>>("rentals", `${RENTAL} where id = any($1)`, [ids])).map(toRental);
}

/** Wallets by 0x address, in any order. */
export async function readAccounts(snapshot: Snapshot, addresses: readonly string[]): Promise<AccountRow[]> {
  const rows = await snapshot.rows<Texts<AccountRow>>(
    "accounts",
    `select ${hex("id", "address")}, balance_dc as "balanceDc", escrow_dc as "escrowDc", minted_dc as "mintedDc",
     burned_dc as "burnedDc", gpu_count as "gpuCount" from chain.account where id = any($1::bytea[])`,
    [addresses.map(bytes)],
  );
  return rows.map((row) => toBigInts<AccountRow>(row, "balanceDc", "escrowDc", "mintedDc", "burnedDc"));
}

/** 0x hex as the bytes that bytea takes: bound as text, PostgreSQL would store the characters. */
function bytes(value: string | null): Buffer | null {
  return value === null ? null : Buffer.from(value.slice(2), "hex");
}
