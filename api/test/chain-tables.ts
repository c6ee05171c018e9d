/** The views of schema `chain` that epochs are told from, as tables. */
export const EPOCH_TABLES = `
create schema chain;
create table chain.head (block_number int4, block_hash text, block_timestamp int8);
create table chain.network (round numeric, oracles text, epoch numeric, kappa_bps numeric);
create table chain.oracle_set (id text, quorum numeric);
create table chain.account (id bytea, balance_dc numeric default 0, escrow_dc numeric default 0, minted_dc numeric default 0,
  burned_dc numeric default 0, gpu_count int4 default 0, claimed_bct numeric default 0);
create table chain.epoch (id text, number int4, status text, scheduled_bct numeric, smoothed_bct numeric, re_emission_bct numeric,
  kappa_bps numeric, budget_bct numeric, burned_dc numeric, minted_bct numeric, closed_at numeric, finalized_at numeric,
  vetoed_count int4, commit bytea);
create table chain.epoch_commit (id bytea, epoch text, window_ends_at numeric, total_bct numeric, lines_root bytea,
  claims_root bytea, inputs_hash bytea, methodology_version numeric);
create table chain.epoch_attestation (epoch text, round numeric, votes numeric);
create table chain.epoch_veto (epoch text, round numeric, reason text);
create table chain.pool (id text, operator text);
create table chain.share_rule (pool text, effective_epoch numeric, operator_bps int4, pool_bps int4, gpu_bps int4);
create table chain.operator_payee (operator text, payee bytea, from_at numeric, to_at numeric);
create table chain.gpu (id text, owner bytea, operator text, pool text, contributor bytea, uuid_hash bytea, status text, rental text,
  rental_count int4, paid_seconds numeric, burned_dc numeric, created_at numeric);
create table chain.gpu_membership (gpu text, pool text, from_at numeric, to_at numeric);
create table chain.gpu_status_period (gpu text, status text, from_at numeric, to_at numeric);
create table chain.gpu_ownership (gpu text, owner bytea, from_at numeric, to_at numeric);
create table chain.credits_mint (timestamp numeric, bct_amount numeric);
create table chain.usage_settlement (gpu text, pool text, amount_dc numeric, bct_equivalent numeric, epoch numeric, timestamp numeric);`;
