import type { Hex } from "viem";
import { withTransaction, type Pool, type PoolClient } from "#kernel/pg.ts";
import { canonicalText } from "../../../domain/rewards/canonical.ts";
import type { EpochInputs, EpochResult } from "../../../domain/rewards/types.ts";
import { bytes } from "../../outbox/rows.ts";
import { claimRows, gpuRows, lineRows, poolRows, type Table } from "./rows.ts";

/** What facts stand on. */
export interface FactsBasis {
  round: bigint;
  asOfBlock: bigint;
  asOfHash: Hex;
  /** the telemetry's watermark */
  sampledThrough: Date | undefined;
}

/** Rows that go over in one statement. */
const ROWS_AT_ONCE = 5_000;

/**
 * Stores an epoch's facts, all in one transaction, unless they are there already.
 *
 * @returns the hash of other inputs, if a job beside this one has stored such: then nothing is changed
 */
export async function storeFacts(
  pool: Pool,
  inputs: EpochInputs,
  result: EpochResult,
  basis: FactsBasis,
): Promise<Hex | undefined> {
  const tables = [
    poolRows(inputs, result),
    gpuRows(inputs, result),
    lineRows(inputs, result),
    claimRows(inputs, result),
  ];
  const text = canonicalText(inputs);
  return withTransaction(pool, async (client) => {
    const found = await client.query<{ hash: Hex | null }>(
      `select '0x' || encode(inputs_hash, 'hex') as hash from ledger.epoch where epoch = $1 for update`,
      [inputs.epoch],
    );
    const stored = found.rows[0]?.hash ?? undefined;
    if (stored !== undefined) return stored === result.inputsHash ? undefined : stored;
    await writeSums(client, text, result, basis);
    for (const table of tables) await copyRows(client, inputs.epoch, table);
    await sumLines(client, inputs.epoch);
    return undefined;
  });
}

async function writeSums(client: PoolClient, text: string, result: EpochResult, basis: FactsBasis): Promise<void> {
  const { epoch, budget, burnedDc, total, unallocated, methodologyVersion, lines, claims } = result;
  await client.query(
    `update ledger.epoch set round = $2, budget = $3, burned_dc = $4, total = $5, unallocated = $6, lines_root = $7,
       claims_root = $8, inputs_hash = $9, methodology_version = $10, line_count = $11, claim_count = $12, as_of_block = $13,
       as_of_hash = $14, sampled_through = $15, inputs = $16, settled_at = now(), changed_at = now(), state = 'SETTLED'
     where epoch = $1`,
    [
      ...[epoch, basis.round, String(budget), String(burnedDc), String(total), String(unallocated)],
      ...[bytes(result.linesRoot), bytes(result.claimsRoot), bytes(result.inputsHash), methodologyVersion],
      ...[lines.length, claims.length, basis.asOfBlock, bytes(basis.asOfHash), basis.sampledThrough ?? null, text],
    ],
  );
}

/** Many rows in few statements: a column is one array. */
async function copyRows(client: PoolClient, epoch: number, { name, columns, rows }: Table): Promise<void> {
  const names = columns.map(([column]) => column).join(", ");
  const arrays = columns.map(([, type], place) => `$${place + 2}::${type}[]`).join(", ");
  const text = `insert into ledger.${name} (epoch, ${names}) select $1, * from unnest(${arrays})`;
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
    const slice = rows.slice(from, from + ROWS_AT_ONCE);
    await client.query({ text, values: [epoch, ...columns.map((_, place) => slice.map((row) => row[place]))] });
  }
}

/** What statements are read from: see `ledger.line_sum`. */
async function sumLines(client: PoolClient, epoch: number): Promise<void> {
  await client.query(
    `insert into ledger.line_sum (account, epoch, kind, pool, amount, line_count)
     select account, epoch, kind, pool, sum(amount), count(*) from ledger.line where epoch = $1 group by 1, 2, 3, 4`,
    [epoch],
  );
}

/** Throws away the facts of an epoch and of all later ones, whose claims stand on them; says how many there were. */
export async function dropFacts(pool: Pool, fromEpoch: number): Promise<number> {
  return withTransaction(pool, async (client) => {
    for (const table of ["pool_amount", "gpu_amount", "line", "line_sum", "claim"])
      await client.query(`delete from ledger.${table} where epoch >= $1`, [fromEpoch]);
    const { rowCount } = await client.query(
      `update ledger.epoch set round = null, budget = null, burned_dc = null, total = null, unallocated = null,
         lines_root = null, claims_root = null, inputs_hash = null, methodology_version = null, line_count = null,
         claim_count = null, as_of_block = null, as_of_hash = null, sampled_through = null, inputs = null,
         settled_at = null, changed_at = now()
       where epoch >= $1 and inputs_hash is not null`,
      [fromEpoch],
    );
    return rowCount ?? 0;
  });
}
