import type { Address } from "viem";
import { BaseError } from "#kernel/errors.ts";
import { withTransaction, type Pool } from "#kernel/pg.ts";
import { readBlock, type Node } from "../../node.ts";
import type { EpochClock } from "../chain/rewards.ts";
import { bytes } from "../../outbox/rows.ts";

/**
 * Takes the ledger for this network: an empty one becomes its, one of another network is refused or, if `isNew`, emptied.
 *
 * @throws BaseError `LEDGER_OF_OTHER_NETWORK`, `LEDGER_MISSING`
 */
export async function takeLedger(
  pool: Pool,
  node: Node,
  network: { chainId: number; rewards: Address; clock: EpochClock },
  isNew: boolean,
): Promise<void> {
  const { chainId, rewards, clock } = network;
  const { hash } = await readBlock(node, 0n);
  const own = [chainId, bytes(rewards), bytes(hash), clock.genesisTime, clock.epochLength];
  await withTransaction(pool, async (client) => {
    const { rows } = await client.query<{ isSame: boolean }>(
      `select chain_id = $1 and rewards = $2 and genesis_hash = $3 and genesis_time = $4 and epoch_length = $5 as "isSame"
       from ledger.network`,
      own,
    );
    if (rows[0]?.isSame) return;
    if (rows[0] && !isNew) throw otherNetwork(chainId, rewards);
    if (rows[0]) await client.query("truncate ledger.network, ledger.epoch, ledger.transaction, ledger.token cascade");
    await client.query(
      `insert into ledger.network (chain_id, rewards, genesis_hash, genesis_time, epoch_length)
       values ($1, $2, $3, $4, $5) on conflict do nothing`,
      own,
    );
  }).catch((error: unknown) => {
    if ((error as { code?: string }).code !== "42P01") throw error;
    throw new BaseError("LEDGER_MISSING", "the database has no ledger", { hints: ["run `bc migrate`"], cause: error });
  });
}

function otherNetwork(chainId: number, rewards: Address): BaseError {
  const message = `the ledger in this database is of another network than chain ${chainId} with rewards at ${rewards}`;
  return new BaseError("LEDGER_OF_OTHER_NETWORK", message, {
    hints: [
      "point DATABASE_URL at this network's database, or RPC_URL and DEPLOYMENT at the ledger's network",
      "or let --new-ledger empty it: what it knows of the other network is lost",
    ],
  });
}
