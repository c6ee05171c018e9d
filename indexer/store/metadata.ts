import type { PoolClient } from "#kernel/pg.ts";
import { rollupFunctionsSql } from "./rollup-functions.ts";

/**
 * graph-node's metadata tables, as far as readers of deployments use them, with graph-node's columns. What graph-node
 * needs for itself (its migrations' table, foreign data wrappers) is left out: it must not adopt this database.
 */
const TABLES = `
create extension if not exists btree_gist;
create schema if not exists subgraphs;
create table if not exists public.chains (
  id serial primary key,
  name text not null unique,
  net_version text not null,
  genesis_block_hash text not null,
  shard text not null,
  namespace text not null default 'chain' || currval('public.chains_id_seq')
);
create table if not exists public.deployment_schemas (
  id serial primary key,
  subgraph varchar not null,
  name varchar not null default 'sgd' || currval('public.deployment_schemas_id_seq'),
  version int4 not null,
  shard text not null,
  network text not null references public.chains(name),
  active boolean not null,
  created_at timestamptz not null default now()
);
create unique index if not exists deployment_schemas_deployment_active on public.deployment_schemas(subgraph) where active;
create unique index if not exists deployment_schemas_subgraph_shard_uq on public.deployment_schemas(subgraph, shard);
create table if not exists subgraphs.head (
  id int4 primary key,
  entity_count int8 not null,
  block_number int4,
  block_hash bytea,
  firehose_cursor text
);
create table if not exists subgraphs.deployment (
  id int4 primary key references subgraphs.head(id) on delete cascade,
  subgraph text unique not null,
  earliest_block_number int4 default 0 not null,
  health text not null check (health in ('failed', 'healthy', 'unhealthy')),
  failed boolean not null,
  fatal_error text,
  non_fatal_errors text[] default '{}',
  graft_base text,
  graft_block_hash bytea,
  graft_block_number int4,
  reorg_count int4 default 0 not null,
  current_reorg_depth int4 default 0 not null,
  max_reorg_depth int4 default 0 not null,
  last_healthy_block_hash bytea,
  last_healthy_block_number int4,
  debug_fork text,
  synced_at timestamptz,
  synced_at_block_number int4,
  postponed_indexes_created boolean default false not null
);
create table if not exists subgraphs.subgraph_manifest (
  id int4 primary key references subgraphs.deployment(id) on delete cascade,
  spec_version text not null,
  description text,
  repository text,
  schema text not null,
  features text[] default '{}' not null,
  graph_node_version_id int4,
  use_bytea_prefix boolean default false not null,
  start_block_number int4,
  start_block_hash bytea,
  raw_yaml text,
  entities_with_causality_region text[] default array[]::text[] not null,
  on_sync text,
  history_blocks int4 default 2147483647 not null check (history_blocks > 0)
);
create table if not exists subgraphs.subgraph (
  id text not null,
  name text not null unique,
  current_version text,
  pending_version text,
  created_at numeric not null,
  vid bigserial primary key,
  block_range int4range not null
);
create table if not exists subgraphs.subgraph_version (
  id text not null,
  subgraph text not null,
  deployment text not null,
  created_at numeric not null,
  vid bigserial primary key,
  block_range int4range not null
);
create table if not exists subgraphs.subgraph_deployment_assignment (
  node_id text not null,
  id int4 primary key,
  paused_at timestamptz,
  assigned_at timestamptz
);
create table if not exists subgraphs.subgraph_error (
  id text not null,
  subgraph_id text not null references subgraphs.deployment(subgraph) on delete cascade,
  message text not null,
  block_hash bytea,
  handler text,
  vid bigserial primary key,
  block_range int4range not null,
  deterministic boolean default false not null,
  created_at timestamptz default now() not null
);
-- ours: who writes a deployment, and until when without another sign of life
create table if not exists subgraphs.writer_lease (
  id int4 primary key references subgraphs.deployment(id) on delete cascade,
  holder text not null,
  expires_at timestamptz not null
);
-- ours: the time of the head's block, in seconds since 1970
create table if not exists subgraphs.head_time (
  id int4 primary key references subgraphs.head(id) on delete cascade,
  block_timestamp int8 not null
);
-- when that was written
alter table subgraphs.head_time add column if not exists written_at timestamptz;
`;

/** A lock's number, any: two indexers that start at once would both make what is missing. */
const LOCK = 7_311_402;

/** Creates what isn't there yet of the metadata. Idempotent. */
export async function createMetadata(client: PoolClient): Promise<void> {
  await client.query("select pg_advisory_xact_lock($1)", [LOCK]);
  await client.query("set local client_min_messages = warning");
  await client.query(TABLES);
  await client.query(rollupFunctionsSql());
}

/** The tables of one chain's blocks. */
export function chainTablesSql(namespace: string): string {
  return `
create schema if not exists ${namespace};
create table if not exists ${namespace}.blocks (
  hash bytea primary key,
  number int8 not null,
  parent_hash bytea not null,
  data jsonb not null
);
create index if not exists blocks_number on ${namespace}.blocks(number);
create table if not exists ${namespace}.call_cache (
  id bytea primary key,
  return_value bytea not null,
  contract_address bytea not null,
  block_number int4 not null
);
create index if not exists call_cache_block_number_idx on ${namespace}.call_cache(block_number);`;
}
