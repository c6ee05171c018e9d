import { onchainTable } from "ponder";

export const account = onchainTable("account", (t) => ({
  id: t.hex().primaryKey(),
  trades: t.integer().notNull(),
  volume: t.bigint().notNull(),
  lastBlock: t.integer().notNull(),
}));

export const pool = onchainTable("pool", (t) => ({
  id: t.text().primaryKey(),
  trades: t.integer().notNull(),
  volume: t.bigint().notNull(),
  lastPrice: t.bigint().notNull(),
}));

export const poolDay = onchainTable("pool_day", (t) => ({
  id: t.text().primaryKey(),
  pool: t.text().notNull(),
  day: t.integer().notNull(),
  trades: t.integer().notNull(),
  volume: t.bigint().notNull(),
}));

export const trade = onchainTable("trade", (t) => ({
  id: t.hex().primaryKey(),
  account: t.hex().notNull(),
  pool: t.text().notNull(),
  amount: t.bigint().notNull(),
  price: t.bigint().notNull(),
  block: t.integer().notNull(),
  timestamp: t.bigint().notNull(),
}));
