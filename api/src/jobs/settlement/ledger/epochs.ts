import type { Hex } from "viem";
import type { Pool } from "#kernel/pg.ts";
import type { Commit } from "../chain/rewards.ts";

/** How far an epoch has come: see `ledger.epoch.state`. */
export type EpochState = "RUNNING" | "ENDED" | "CLOSED" | "SETTLED" | "COMMITTED" | "FINAL" | "PAID";

/** What an epoch's facts come to, and what they stand on. */
export interface EpochFacts extends Commit {
  round: bigint;
  asOfBlock: bigint;
  asOfHash: Hex;
  settledAt: Date;
}

/** An epoch as the ledger has it, without its inputs and lines. */
export interface EpochRow {
  epoch: number;
  state: EpochState;
  waitsFor: string | null;
  trouble: string | null;
  windowEndsAt: number | null;
  facts: EpochFacts | undefined;
}

/** What an epoch's row says of how far it is. */
export type EpochStatus = Pick<EpochRow, "state" | "waitsFor" | "trouble" | "windowEndsAt">;

interface Raw extends Omit<EpochRow, "facts" | "windowEndsAt"> {
  windowEndsAt: bigint | null;
  round: bigint | null;
  asOfBlock: bigint;
  asOfHash: Hex;
  settledAt: Date;
  linesRoot: Hex;
  claimsRoot: Hex;
  inputsHash: Hex;
  total: string;
  methodologyVersion: number;
}

const HEX = (column: string, name: string): string => `'0x' || encode(${column}, 'hex') as "${name}"`;

/** Epochs that something is still to be done for, or that lie at or after `from`, by number. */
export async function readEpochs(pool: Pool, from: number): Promise<EpochRow[]> {
  const { rows } = await pool.query<Raw>(
    `select epoch, state, waits_for as "waitsFor", trouble, window_ends_at as "windowEndsAt", round,
       as_of_block as "asOfBlock", ${HEX("as_of_hash", "asOfHash")}, settled_at as "settledAt",
       ${HEX("lines_root", "linesRoot")}, ${HEX("claims_root", "claimsRoot")}, ${HEX("inputs_hash", "inputsHash")},
       total, methodology_version as "methodologyVersion"
     from ledger.epoch where state <> 'PAID' or trouble is not null or epoch >= $1 order by epoch`,
    [from],
  );
  return rows.map(toRow);
}

function toRow({ epoch, state, waitsFor, trouble, windowEndsAt, ...rest }: Raw): EpochRow {
  const { round, asOfBlock, asOfHash, settledAt, linesRoot, claimsRoot, inputsHash, total, methodologyVersion } = rest;
  const commit = { linesRoot, claimsRoot, inputsHash, total: BigInt(total ?? 0), methodologyVersion };
  return {
    ...{ epoch, state, waitsFor, trouble },
    windowEndsAt: windowEndsAt === null ? null : Number(windowEndsAt),
    facts: round === null ? undefined : { round, asOfBlock, asOfHash, settledAt, ...commit },
  };
}

/** Makes the rows of epochs up to `last` that aren't there. */
export async function addEpochs(pool: Pool, clock: { genesisTime: number; epochLength: number }, last: number) {
  await pool.query(
    `insert into ledger.epoch (epoch, start_at, end_at, state)
     select n, $2::int8 + n * $3::int8, $2::int8 + (n + 1) * $3::int8, 'RUNNING'
     from generate_series((select coalesce(max(epoch), -1) + 1 from ledger.epoch), $1::int4) n
     on conflict do nothing`,
    [last, clock.genesisTime, clock.epochLength],
  );
}

/** Writes down how far an epoch is. */
export async function writeStatus(pool: Pool, epoch: number, status: EpochStatus): Promise<void> {
  const { state, waitsFor, trouble, windowEndsAt } = status;
  await pool.query(
    `update ledger.epoch set state = $2, waits_for = $3, trouble = $4, window_ends_at = $5, changed_at = now(),
       finalized_at = case when $2 in ('FINAL', 'PAID') then coalesce(finalized_at, now()) end,
       paid_at = case when $2 = 'PAID' then coalesce(paid_at, now()) end
     where epoch = $1`,
    [epoch, state, waitsFor, trouble, windowEndsAt],
  );
}
