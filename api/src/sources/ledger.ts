import type { Snapshot } from "./snapshot.ts";

/** A wallet's claim by an epoch. BCT wei. */
export interface ClaimRow {
  /** leaf of the claims' tree */
  place: number;
  /** 0x hex */
  account: string;
  /** of all epochs to this one */
  cumulative: bigint;
}

/** A line of an epoch. BCT wei. */
export interface LineRow {
  epoch: number;
  /** leaf of the lines' tree */
  place: number;
  /** 0 OPERATOR, 1 POOL_SHARE, 2 GPU_BONUS */
  kind: number;
  poolId: string;
  gpuId: string;
  /** 0x hex */
  account: string;
  amount: bigint;
}

/** A page by place. */
export interface PlacePage {
  /** first place */
  from: number;
  limit: number;
}

/** The canonical inputs of an epoch as text; nothing before its facts are there. Large: 25 MB of 100,000 GPUs. */
export async function readInputsText(snapshot: Snapshot, epoch: number): Promise<string | undefined> {
  const [row] = await snapshot.rows<{ inputs: string | null }>(
    "ledger-inputs",
    `select inputs from ledger.epoch where epoch = $1`,
    [epoch],
  );
  return row?.inputs ?? undefined;
}

/** Claims of an epoch by place. */
export async function readClaims(snapshot: Snapshot, epoch: number, { from, limit }: PlacePage): Promise<ClaimRow[]> {
  const rows = await snapshot.rows<Omit<ClaimRow, "cumulative"> & { cumulative: string }>(
    "ledger-claims",
    `select place, '0x' || encode(account, 'hex') as account, cumulative from ledger.claim
     where epoch = $1 and place >= $2 and place < $2 + $3 order by place`,
    [epoch, from, limit],
  );
  return rows.map((row) => ({ ...row, cumulative: BigInt(row.cumulative) }));
}

/** Lines of an epoch by place. */
export async function readLines(snapshot: Snapshot, epoch: number, { from, limit }: PlacePage): Promise<LineRow[]> {
  const rows = await snapshot.rows<Omit<LineRow, "amount"> & { amount: string }>(
    "ledger-lines",
    `select epoch, place, kind, pool::text as "poolId", gpu::text as "gpuId", '0x' || encode(account, 'hex') as account, amount
     from ledger.line where epoch = $1 and place >= $2 and place < $2 + $3 order by place`,
    [epoch, from, limit],
  );
  return rows.map((row) => ({ ...row, amount: BigInt(row.amount) }));
}

/** All of an epoch's claims, by place. */
export async function readAllClaims(snapshot: Snapshot, epoch: number): Promise<ClaimRow[]> {
  const claims: ClaimRow[] = [];
  for (let from = 0; ; from += PAGE) {
    const page = await readClaims(snapshot, epoch, { from, limit: PAGE });
    for (const claim of page) claims.push(claim);
    if (page.length < PAGE) return claims;
  }
}

const PAGE = 10_000;
