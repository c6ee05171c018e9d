import type { RewardScope } from "./cashflow-rewards.ts";
import type { Snapshot } from "./snapshot.ts";

/** Which epochs: those from `from` to `to`, both in it. */
interface Epochs {
  from: number;
  to: number;
}

/** How a scope's GPUs were used, over epochs. */
export interface UseRow {
  rentedSeconds: number;
  availableSeconds: number;
  upMinutes: number;
  downMinutes: number;
  busySeconds: number;
  coveredSeconds: number;
  /** DC base units */
  burnedDc: bigint;
}

const SUMS = `coalesce(sum(u.rented_seconds), 0) as "rentedSeconds", coalesce(sum(u.available_seconds), 0) as "availableSeconds",
  coalesce(sum(u.up_minutes), 0) as "upMinutes", coalesce(sum(u.down_minutes), 0) as "downMinutes",
  coalesce(sum(u.busy_seconds), 0) as "busySeconds", coalesce(sum(u.covered_seconds), 0) as "coveredSeconds",
  coalesce(sum(u.burned_dc), 0)::text as "burnedDc"`;

const WHERE = {
  WALLET: "u.account = $1::bytea",
  GPU: "u.gpu = $1::int8",
  POOL: "u.pool = $1::int8",
  OPERATOR: "u.pool = any($1::int8[])",
} as const;

function valueOf(scope: RewardScope): unknown {
  if (scope.kind === "WALLET") return Buffer.from(scope.account.slice(2), "hex");
  return scope.kind === "GPU" ? scope.gpuId : scope.kind === "POOL" ? scope.poolId : scope.poolIds;
}

/** How the scope's GPUs were used in these epochs, while they were its. */
export async function readUse(snapshot: Snapshot, scope: RewardScope, { from, to }: Epochs): Promise<UseRow> {
  const table = scope.kind === "GPU" ? "gpu_use" : "use_sum";
  const [row] = await snapshot.rows<Omit<UseRow, "burnedDc"> & { burnedDc: string }>(
    `statement-use-${scope.kind}`,
    `select ${SUMS} from ledger.${table} u where ${WHERE[scope.kind]} and u.epoch >= $2 and u.epoch <= $3`,
    [valueOf(scope), from, to],
  );
  if (!row) throw new Error("BUG: a sum without a row");
  return { ...row, burnedDc: BigInt(row.burnedDc) };
}

/** What each payer's use of the scope's GPUs burned in these epochs, DC base units; in any order. */
export async function readPayers(snapshot: Snapshot, scope: RewardScope, { from, to }: Epochs): Promise<bigint[]> {
  const sql =
    scope.kind === "GPU"
      ? `select sum(s.amount_dc)::text as burned from chain.usage_settlement s
         where s.gpu = ($1::int8)::text and s.epoch >= $2::int4 and s.epoch <= $3::int4 group by s.payer`
      : `select sum(u.burned_dc)::text as burned from ledger.payer_sum u
         where ${WHERE[scope.kind]} and u.epoch >= $2 and u.epoch <= $3 group by u.payer`;
  const values = [valueOf(scope), from, to];
  const rows = await snapshot.rows<{ burned: string }>(`statement-payers-${scope.kind}`, sql, values);
  return rows.map(({ burned }) => BigInt(burned));
}

/** Which of these epochs have their use kept. */
export async function countKeptUse(snapshot: Snapshot, { from, to }: Epochs): Promise<number> {
  const [row] = await snapshot.rows<{ count: number }>(
    "statement-use-kept",
    `select count(*)::int4 as count from ledger.use_epoch where epoch >= $1 and epoch <= $2`,
    [from, to],
  );
  return row?.count ?? 0;
}
