import DataLoader from "dataloader";
import { readAsOf, type AsOf } from "../facts/as-of.ts";
import * as chain from "../sources/chain.ts";
import type { Snapshot } from "../sources/snapshot.ts";

/** One loader per entity: the objects of a list are read in one statement. */
export interface Loaders {
  operator: DataLoader<string, chain.OperatorRow | undefined>;
  pool: DataLoader<string, chain.PoolRow | undefined>;
  gpu: DataLoader<string, chain.GpuRow | undefined>;
  rental: DataLoader<string, chain.RentalRow | undefined>;
  account: DataLoader<string, chain.AccountRow | undefined>;
}

/** What every resolver of one operation shares. */
export interface Context {
  snapshot: Snapshot;
  load: Loaders;
  /** what this operation's answer stands on; read once, when first asked for */
  asOf(): Promise<AsOf>;
}

/** A fresh context on a fresh snapshot, for one operation. */
export function createContext(snapshot: Snapshot): Context {
  let asOf: Promise<AsOf> | undefined;
  return {
    snapshot,
    load: {
      operator: byKey(
        (ids) => chain.readOperators(snapshot, ids),
        (row) => row.id,
      ),
      pool: byKey(
        (ids) => chain.readPools(snapshot, ids),
        (row) => row.id,
      ),
      gpu: byKey(
        (ids) => chain.readGpus(snapshot, ids),
        (row) => row.id,
      ),
      rental: byKey(
        (ids) => chain.readRentals(snapshot, ids),
        (row) => row.id,
      ),
      account: byKey(
        (ids) => chain.readAccounts(snapshot, ids),
        (row) => row.address,
      ),
    },
    asOf: () => (asOf ??= readAsOf(snapshot)),
  };
}

function byKey<Row>(
  read: (keys: readonly string[]) => Promise<Row[]>,
  keyOf: (row: Row) => string,
): DataLoader<string, Row | undefined> {
  return new DataLoader(async (keys) => {
    const rows = new Map((await read(keys)).map((row) => [keyOf(row), row]));
    return keys.map((key) => rows.get(key));
  });
}
