import type { Address, Hex } from "viem";
import type { Pool } from "#kernel/pg.ts";

/** A wallet's leaf. */
export interface ClaimRow {
  account: Hex;
  /** BCT wei */
  cumulative: bigint;
}

/** All that wallets had earned by the end of an epoch, in the order of the leaves. */
export async function readClaims(pool: Pool, epoch: number): Promise<ClaimRow[]> {
  const { rows } = await pool.query<{ account: Hex; cumulative: string }>(
    `select '0x' || encode(account, 'hex') as account, cumulative from ledger.claim where epoch = $1 order by place`,
    [epoch],
  );
  return rows.map(({ account, cumulative }) => ({ account, cumulative: BigInt(cumulative) }));
}

/** Wallets that haven't got all of it, as far as the index of the chain knows; those with less than `least` due left out. */
export async function readUnpaid(pool: Pool, epoch: number, least: bigint): Promise<Address[]> {
  const { rows } = await pool.query<{ account: Address }>(
    `select '0x' || encode(c.account, 'hex') as account
     from ledger.claim c left join chain.account a on a.id = c.account
     where c.epoch = $1 and c.cumulative > coalesce(a.claimed_bct, 0) and c.cumulative - coalesce(a.claimed_bct, 0) >= $2
     order by c.place`,
    [epoch, String(least)],
  );
  return rows.map(({ account }) => account);
}
