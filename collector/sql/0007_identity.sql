-- Which GPU is which: the same one at two places, and GPUs beside the tokens that stand for them. And the fields that
-- exporters print when they are asked for more than their defaults.
alter table telemetry.sample
  add column sync_boost_violation_seconds double precision,
  add column board_limit_violation_seconds double precision,
  add column low_util_violation_seconds double precision,
  add column reliability_violation_seconds double precision,
  add column page_retired_sbe_total integer,
  add column page_retired_dbe_total integer,
  add column nvlink_crc_flit_errors_total double precision,
  add column nvlink_crc_data_errors_total double precision,
  add column nvlink_replay_errors_total double precision,
  add column nvlink_recovery_errors_total double precision,
  add column fp64_active_ratio real,
  add column fp32_active_ratio real,
  add column fp16_active_ratio real;

create or replace view telemetry.gpu_latest as
select g.uuid, g.uuid_hash, g.parent_key, g.model, s.*
from telemetry.gpu g
cross join lateral (
  select * from telemetry.sample x where x.gpu_key = g.gpu_key and x.time > now() - interval '1 day' order by x.time desc limit 1
) s;

alter table telemetry.gpu add column xid_counts jsonb;
comment on column telemetry.gpu.xid_counts is 'XIDs by code as its exporter counts them now; null where it doesn''t.';

create table telemetry.conflict (
  gpu_key integer not null references telemetry.gpu,
  kept_target_key integer not null references telemetry.target,
  refused_target_key integer not null references telemetry.target,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  scrape_count bigint not null,
  primary key (gpu_key, kept_target_key, refused_target_key)
);
comment on table telemetry.conflict is 'A GPU''s UUID at two places at once: one of them, or both, says what isn''t so.';
comment on column telemetry.conflict.kept_target_key is 'Where the GPU was when the other showed it too: its samples are kept.';
comment on column telemetry.conflict.refused_target_key is 'Where it was shown as well: its samples are not kept.';
comment on column telemetry.conflict.scrape_count is 'Scrapes whose rows of this GPU were refused.';

create view telemetry.gpu_conflict as
select g.uuid, g.uuid_hash, c.gpu_key,
  k.url as kept_url, k.labels as kept_labels, r.url as refused_url, r.labels as refused_labels,
  c.first_seen_at, c.last_seen_at, c.scrape_count,
  c.last_seen_at > now() - interval '10 minutes' as is_open
from telemetry.conflict c
join telemetry.gpu g on g.gpu_key = c.gpu_key
join telemetry.target k on k.target_key = c.kept_target_key
join telemetry.target r on r.target_key = c.refused_target_key;
comment on view telemetry.gpu_conflict is 'telemetry.conflict with the names of what it is about; open while it was seen in the last 10 minutes.';

-- Blanks or dashes, capitals, and the vendor's and the old brand's name before it make no other model: "NVIDIA H100 80GB
-- HBM3" is "NVIDIA-H100-80GB-HBM3", and "Tesla T4" is "NVIDIA T4".
create function telemetry.model_key(model text)
returns text
language sql immutable
as $$
  select nullif(regexp_replace(trim(both '-' from regexp_replace(lower(model), '[^a-z0-9.]+', '-', 'g')), '^((nvidia|tesla)-)+', ''), '')
$$;
comment on function telemetry.model_key is 'A model''s name as it compares: the same text for all ways in which DCGM prints one model; null for none.';

-- The chain's tables are another room's, and may come later or be made anew: their names are looked up at each call, and a
-- view would hold on to them. Given some hashes, only those GPUs are read, by index: the chain's is of a prefix.
create function telemetry.gpu_identities(of_hashes bytea[] default null)
returns table (
  uuid_hash bytea, gpu_key integer, uuid text, gpu_id text, reported_model text, registered_model text,
  is_linked boolean, is_model_match boolean, is_in_conflict boolean, reason text
)
language plpgsql stable
set plan_cache_mode = force_custom_plan
as $$
declare
  has_chain boolean := to_regclass('chain.gpu') is not null;
begin
  return query execute format($query$
    with seen as (
      select g.uuid_hash, g.gpu_key, g.uuid, g.model, telemetry.model_key(g.model) as model_key,
        exists (select from telemetry.conflict c where c.gpu_key = g.gpu_key and c.last_seen_at > now() - interval '10 minutes') as is_open
      from telemetry.gpu g
      where g.parent_key is null and %s
    ),
    token as (select x.*, telemetry.model_key(x.model) as model_key from (%s) x)
    select coalesce(s.uuid_hash, t.uuid_hash), s.gpu_key, s.uuid, t.id, s.model, t.model,
      s.gpu_key is not null and t.id is not null,
      s.model_key = t.model_key,
      coalesce(s.is_open, false),
      case
        when t.id is null then 'NOT_REGISTERED'
        when s.gpu_key is null then 'NOT_SEEN'
        when s.is_open then 'IN_CONFLICT'
        when s.model_key is null then 'MODEL_NOT_REPORTED'
        when s.model_key is distinct from t.model_key then 'MODEL_DIFFERS'
        else 'MATCHES'
      end
    from seen s full join token t on t.uuid_hash = s.uuid_hash
    $query$,
    case when of_hashes is null then 'true' else 'g.uuid_hash = any($1)' end,
    case
      when not has_chain then 'select null::bytea as uuid_hash, null::text as id, null::text as model where false'
      when of_hashes is null then 'select uuid_hash, id::text, model::text from chain.gpu'
      else 'select uuid_hash, id::text, model::text from chain.gpu where uuid_hash = any($1) and substring(uuid_hash, 1, 64) = any($1)'
    end)
  using of_hashes;
end
$$;
comment on function telemetry.gpu_identities is 'GPUs that exporters have shown beside the GPU NFTs, linked by the hash of the UUID. For some GPUs give their hashes.';

create view telemetry.gpu_identity as select * from telemetry.gpu_identities();
comment on view telemetry.gpu_identity is 'gpu_identities of all GPUs. For known ones call the function: it reads those only.';

do $$
begin
  if exists (select from pg_roles where rolname = 'bc_reader') then
    grant usage on schema telemetry to bc_reader;
    grant select on all tables in schema telemetry to bc_reader;
    grant execute on all functions in schema telemetry to bc_reader;
  end if;
end
$$;
