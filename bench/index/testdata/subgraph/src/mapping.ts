import { BigInt } from "@graphprotocol/graph-ts";
import { Trade as TradeEvent } from "../generated/Market/Market";
import { Account, Pool, PoolDay, Trade } from "../generated/schema";

const DAY = 86400;

export function handleTrade(event: TradeEvent): void {
  const amount = event.params.amount;
  const block = event.block.number.toI32();
  const poolId = event.params.pool.toString();

  let account = Account.load(event.params.account);
  if (account == null) {
    account = new Account(event.params.account);
    account.trades = 0;
    account.volume = BigInt.zero();
  }
  account.trades += 1;
  account.volume = account.volume.plus(amount);
  account.lastBlock = block;
  account.save();

  let pool = Pool.load(poolId);
  if (pool == null) {
    pool = new Pool(poolId);
    pool.trades = 0;
    pool.volume = BigInt.zero();
  }
  pool.trades += 1;
  pool.volume = pool.volume.plus(amount);
  pool.lastPrice = event.params.price;
  pool.save();

  const day = event.block.timestamp.toI32() / DAY;
  const dayId = poolId + "-" + day.toString();
  let poolDay = PoolDay.load(dayId);
  if (poolDay == null) {
    poolDay = new PoolDay(dayId);
    poolDay.pool = poolId;
    poolDay.day = day;
    poolDay.trades = 0;
    poolDay.volume = BigInt.zero();
  }
  poolDay.trades += 1;
  poolDay.volume = poolDay.volume.plus(amount);
  poolDay.save();

  const trade = new Trade(event.transaction.hash.concatI32(event.logIndex.toI32()));
  trade.account = account.id;
  trade.pool = poolId;
  trade.amount = amount;
  trade.price = event.params.price;
  trade.block = block;
  trade.timestamp = event.block.timestamp;
  trade.save();
}
