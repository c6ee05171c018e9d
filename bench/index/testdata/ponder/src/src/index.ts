import { ponder } from "ponder:registry";
import { account, pool, poolDay, trade } from "ponder:schema";

const DAY = 86400n;

/** As the subgraph's ids have it: four bytes, the lowest first. */
function littleEndian(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes.toString("hex");
}

ponder.on("Market:Trade", async ({ event, context }) => {
  const { amount, price } = event.args;
  const block = Number(event.block.number);
  const poolId = event.args.pool.toString();
  const day = Number(event.block.timestamp / DAY);

  await context.db
    .insert(account)
    .values({ id: event.args.account, trades: 1, volume: amount, lastBlock: block })
    .onConflictDoUpdate((row) => ({ trades: row.trades + 1, volume: row.volume + amount, lastBlock: block }));
  await context.db
    .insert(pool)
    .values({ id: poolId, trades: 1, volume: amount, lastPrice: price })
    .onConflictDoUpdate((row) => ({ trades: row.trades + 1, volume: row.volume + amount, lastPrice: price }));
  await context.db
    .insert(poolDay)
    .values({ id: `${poolId}-${day}`, pool: poolId, day, trades: 1, volume: amount })
    .onConflictDoUpdate((row) => ({ trades: row.trades + 1, volume: row.volume + amount }));
  await context.db.insert(trade).values({
    id: `${event.transaction.hash}${littleEndian(event.log.logIndex)}`,
    account: event.args.account,
    pool: poolId,
    amount,
    price,
    block,
    timestamp: event.block.timestamp,
  });
});
