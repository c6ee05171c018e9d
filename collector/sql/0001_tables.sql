-- Telemetry as the collector writes it. Times are UTC; quantities are in the unit that ends their name; ratios are 0 to 1.
create schema if not exists telemetry;

create table telemetry.collector (
  collector_key integer generated always as identity primary key,
  name text not null unique,
  started_at timestamptz not null,
  seen_at timestamptz not null,
  sampled_through timestamptz,
  spool_bytes bigint not null default 0,
  dropped_records bigint not null default 0,
  retired_at timestamptz
);
comment on table telemetry.collector is 'One row per collector. It stays responsible, and holds the watermark, until retired_at is set by hand.';
comment on column telemetry.collector.sampled_through is 'Everything that this collector saw before this time is in the tables.';
comment on column telemetry.collector.dropped_records is 'Scrapes lost because the spool was full, in the life of the spool.';

create table telemetry.target (
  target_key integer generated always as identity primary key,
  url text not null unique,
  labels jsonb not null default '{}',
  first_seen_at timestamptz not null default now()
);
comment on table telemetry.target is 'One exporter endpoint.';

create table telemetry.gpu (
  gpu_key integer generated always as identity primary key,
  uuid text not null unique,
  uuid_hash bytea unique,
  parent_key integer references telemetry.gpu,
  mig_id text,
  mig_profile text,
  model text,
  labels jsonb not null default '{}',
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  target_key integer references telemetry.target,
  is_present boolean not null default true,
  xids integer[] not null default '{}',
  check ((parent_key is null) = (uuid_hash is not null))
);
comment on table telemetry.gpu is 'One row per physical GPU ever seen, known to the chain or not, and per MIG slice as its child.';
comment on column telemetry.gpu.uuid is 'As DCGM prints it; for a MIG slice the UUID of its GPU, a slash and the slice''s id.';
comment on column telemetry.gpu.uuid_hash is 'keccak256 of the lower-case UUID: the GPU NFT''s uuidHash. Null for MIG slices.';
comment on column telemetry.gpu.last_seen_at is 'Time of a good sample, at most a minute older than the last one.';
comment on column telemetry.gpu.target_key is 'Where it was seen last.';
comment on column telemetry.gpu.is_present is 'False when its exporter answered without it.';
comment on column telemetry.gpu.xids is 'XID codes that its exporter shows now.';

create table telemetry.gpu_target (
  gpu_key integer not null references telemetry.gpu,
  since timestamptz not null,
  target_key integer not null references telemetry.target,
  primary key (gpu_key, since)
);
comment on table telemetry.gpu_target is 'Which target showed a GPU, from `since` until its next row.';

-- No foreign keys on the hot tables, and one index each: see README.
create table telemetry.sample (
  time timestamptz not null,
  gpu_key integer not null,
  covers_until timestamptz not null,
  covered_seconds real not null,
  energy_joules double precision,
  util_ratio real,
  gr_active_ratio real,
  gpu_util_ratio real,
  mem_copy_util_ratio real,
  enc_util_ratio real,
  dec_util_ratio real,
  sm_active_ratio real,
  sm_occupancy_ratio real,
  tensor_active_ratio real,
  dram_active_ratio real,
  pcie_tx_bytes_per_second real,
  pcie_rx_bytes_per_second real,
  nvlink_bytes_per_second real,
  fb_used_bytes double precision,
  fb_free_bytes double precision,
  fb_reserved_bytes double precision,
  fb_total_bytes double precision,
  power_watts real,
  power_limit_watts real,
  energy_total_joules double precision,
  gpu_temp_celsius real,
  mem_temp_celsius real,
  sm_clock_hertz real,
  mem_clock_hertz real,
  clock_event_reasons integer,
  power_violation_seconds double precision,
  thermal_violation_seconds double precision,
  pcie_replay_total integer,
  ecc_sbe_total integer,
  ecc_dbe_total integer,
  ecc_sbe_volatile_total integer,
  ecc_dbe_volatile_total integer,
  remap_uncorrectable_total integer,
  remap_correctable_total integer,
  row_remap_failed integer,
  page_retirement_pending integer
);
select create_hypertable('telemetry.sample', by_range('time', interval '1 day'), create_default_indexes => false);
create unique index sample_gpu_time on telemetry.sample (gpu_key, time desc);
comment on table telemetry.sample is 'One row per GPU (or MIG slice) and good scrape; metrics.csv explains the columns not commented here. Null: no reading.';
comment on column telemetry.sample.time is 'The collector''s clock when the scrape''s request was sent.';
comment on column telemetry.sample.covers_until is 'When its target is due again, at most 5 minutes on: until then this sample speaks for the GPU.';
comment on column telemetry.sample.covered_seconds is 'Seconds since the GPU''s sample before it, 0 for the first and after a gap: the weight in roll-ups.';
comment on column telemetry.sample.energy_joules is 'Energy used since the sample before it, from the counter (safe against resets), else from power.';
comment on column telemetry.sample.util_ratio is 'gr_active_ratio, or gpu_util_ratio where that is missing or stuck at 0.';

create table telemetry.scrape (
  time timestamptz not null,
  target_key integer not null,
  collector_key integer not null,
  due_until timestamptz not null,
  is_up boolean not null,
  reason text,
  detail text,
  duration_ms real not null,
  body_bytes integer not null,
  sample_count integer not null,
  gpu_count integer not null,
  rejects jsonb,
  clock_skew_seconds real
);
select create_hypertable('telemetry.scrape', by_range('time', interval '1 day'), create_default_indexes => false);
create unique index scrape_target_time on telemetry.scrape (target_key, time desc);
comment on table telemetry.scrape is 'One row per scrape of a target, failed ones included.';
comment on column telemetry.scrape.due_until is 'When the target was due again.';
comment on column telemetry.scrape.reason is 'Why it failed, one word; null when is_up.';
comment on column telemetry.scrape.rejects is 'Lines not kept, counted by reason; null when there were none.';
comment on column telemetry.scrape.clock_skew_seconds is 'The exporter''s Date header less our clock, whole seconds; null without the header.';

create table telemetry.heartbeat (
  collector_key integer not null references telemetry.collector,
  minute timestamptz not null,
  target_count integer not null,
  spool_bytes bigint not null,
  primary key (collector_key, minute)
);
comment on table telemetry.heartbeat is 'The collector was alive in this minute.';

create table telemetry.gpu_event (
  time timestamptz not null,
  gpu_key integer not null references telemetry.gpu,
  kind text not null,
  code integer not null default 0,
  detail text,
  primary key (gpu_key, time, kind, code)
);
create index gpu_event_time on telemetry.gpu_event (time desc);
comment on table telemetry.gpu_event is 'Edges, each once: XID (code = XID), THROTTLED (code = clock_event_reasons), ECC_UNCORRECTED and ROW_REMAPPED (code = new ones), ROW_REMAP_FAILED, COUNTER_RESET, APPEARED, DISAPPEARED.';
