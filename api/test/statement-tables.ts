/**
 * The views of schema `chain` that statements are told from, as tables, with the indexes that the engine gives them as far as
 * statements use any.
 */
export const STATEMENT_TABLES = `
create schema chain;
create table chain.head (block_number int4, block_hash text, block_timestamp int8);
create table chain.account (id bytea primary key, balance_dc numeric default 0, escrow_dc numeric default 0, minted_dc numeric default 0,
  burned_dc numeric default 0, gpu_count int4 default 0, claimed_bct numeric default 0);
create table chain.operator (id text primary key, owner bytea, payout bytea, mode text, name text, metadata_uri text, pool_count int,
  gpu_count int, member_count int, burned_dc numeric, created_at numeric);
create table chain.pool (id text primary key, operator text, model text, region text, spot_rate_dc_per_hour numeric default 0,
  on_demand_rate_dc_per_hour numeric default 0, reserved_rate_dc_per_hour numeric default 0, operator_bps int default 0,
  pool_bps int default 0, gpu_bps int default 0, gpu_count int default 0, burned_dc numeric default 0, created_at numeric default 0);
create table chain.gpu (id text primary key, owner bytea, ownership bytea, operator text, pool text, contributor bytea, model text,
  uuid_hash bytea, status text, rental text, rental_count int, paid_seconds numeric, burned_dc numeric, created_at numeric);
create index on chain.gpu (substring(owner, 1, 64));
create table chain.gpu_ownership (id bytea primary key, gpu text, owner bytea, from_at numeric, to_at numeric, from_block numeric, to_block numeric);
create index on chain.gpu_ownership (gpu);
create table chain.gpu_membership (gpu text, pool text, operator text, from_at numeric, to_at numeric);
create index on chain.gpu_membership (gpu);
create table chain.rental (gpu text, start_at numeric, end_at numeric, paid_until numeric, ends_by numeric);
create table chain.slot (id text primary key, pool text, operator text);
create table chain.epoch (number int4, status text, bct_equivalent numeric, minted_bct numeric, transaction_hash bytea, commit bytea);
create table chain.epoch_commit (id bytea, lines_root bytea);
create table chain.price_tick (id int8, timestamp timestamptz, price numeric);
create index on chain.price_tick (timestamp);
create table chain.usage_settlement (gpu text, pool text, payer bytea, amount_dc numeric, epoch numeric, timestamp numeric, transaction_hash bytea);
create index on chain.usage_settlement (gpu);
create index on chain.usage_settlement (epoch);
create table chain.currency (id bytea, is_allowed boolean);
create table chain.listing (gpu text, slot text, seller bytea, currency bytea, price numeric, is_open boolean);
create index on chain.listing (gpu);
create table chain.sale (id bytea, gpu text, slot text, seller bytea, buyer bytea, currency bytea, price numeric, royalty numeric,
  royalty_receiver bytea, block_number numeric, timestamp numeric, transaction_hash bytea);
create index on chain.sale (gpu);
create index on chain.sale (seller);
create index on chain.sale (buyer);
create index on chain.sale (royalty_receiver);`;
