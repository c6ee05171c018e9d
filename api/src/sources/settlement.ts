import type { Snapshot } from "./snapshot.ts";

/** What an oracle attested last in a round. Hashes with 0x. */
export interface AttestationRow {
  oracle: `0x${string}`;
  linesRoot: `0x${string}`;
  claimsRoot: `0x${string}`;
  inputsHash: `0x${string}`;
  /** BCT wei */
  total: bigint;
}

/** The block that closed an epoch; nothing before it is indexed. */
export async function readClosingBlock(snapshot: Snapshot, epoch: number): Promise<bigint | undefined> {
  const [row] = await snapshot.rows<{ block: bigint }>(
    "closing-block",
    "select block_number::int8 as block from chain.epoch where number = $1",
    [epoch],
  );
  return row?.block;
}

/** What each oracle says of an epoch in a round, its last word. By oracle. */
export async function readAttestations(snapshot: Snapshot, epoch: number, round: bigint): Promise<AttestationRow[]> {
  const hex = (column: string) => `'0x' || encode(${column}, 'hex')`;
  const rows = await snapshot.rows<Omit<AttestationRow, "total"> & { total: string }>(
    "attestations",
    `select distinct on (oracle) ${hex("oracle")} as oracle, ${hex("lines_root")} as "linesRoot",
            ${hex("claims_root")} as "claimsRoot", ${hex("inputs_hash")} as "inputsHash", total_bct as total
     from chain.epoch_attestation where epoch = $1 and round = $2
     order by oracle, block desc, id desc`,
    [String(epoch), String(round)],
  );
  return rows.map((row) => ({ ...row, total: BigInt(row.total) }));
}

/** Rentals that have used what isn't burned yet, counted up to a time in seconds since 1970, by id. */
export async function readDueRentals(snapshot: Snapshot, until: number): Promise<bigint[]> {
  const rows = await snapshot.rows<{ id: string }>(
    "due-rentals",
    `select id from chain.rental
     where not is_ended and rate_dc_per_hour > 0 and least(paid_until, ends_by, $1::numeric) > settled_until
     order by id::numeric`,
    [until],
  );
  return rows.map(({ id }) => BigInt(id));
}

/** Slots with hours that have passed by a time, in seconds since 1970, and aren't burned or refunded. By id. */
export async function readDueSlots(snapshot: Snapshot, until: number): Promise<bigint[]> {
  const rows = await snapshot.rows<{ id: string }>(
    "due-slots",
    `select id from chain.slot where not is_gone and least(end_hour, $1::int4) > settled_hour order by id::numeric`,
    [Math.floor(until / 3_600)],
  );
  return rows.map(({ id }) => BigInt(id));
}
