-- What others read: means, the watermark and minute states.
create view telemetry.watermark as
select min(sampled_through) as sampled_through
from telemetry.collector
where retired_at is null
having bool_and(sampled_through is not null);
comment on view telemetry.watermark is 'The time through which every responsible collector has drained: samples before it are complete. No row while one has not reported.';

create view telemetry.gpu_latest as
select g.uuid, g.uuid_hash, g.parent_key, g.model, s.*
from telemetry.gpu g
cross join lateral (
  select * from telemetry.sample x where x.gpu_key = g.gpu_key and x.time > now() - interval '1 day' order by x.time desc limit 1
) s;
comment on view telemetry.gpu_latest is 'The newest sample of each GPU and MIG slice, if it is at most a day old.';

-- The state of every physical GPU in every minute that starts in [from_at, until_at), by the rule of "Minute states":
-- UP      a good sample of it lies in the minute, or covers the minute's start;
-- DOWN    no such sample, though its target was watched (scraped in the minute, or not due before it) by a collector with
--         a heartbeat in the minute, and the watermark has passed the minute;
-- UNKNOWN otherwise.
create function telemetry.gpu_minutes(from_at timestamptz, until_at timestamptz)
returns table (gpu_key integer, minute timestamptz, state text)
language sql stable
as $$
  with covered as (
    select distinct r.gpu_key, m.minute
    from telemetry.gpu_1m r
    cross join lateral generate_series(
      r.bucket, greatest(r.bucket, r.covers_until - interval '1 microsecond'), interval '1 minute') as m(minute)
    where r.bucket >= date_trunc('minute', from_at) - interval '6 minutes' and r.bucket < until_at
  ),
  -- Materialized, as the planner expects few rows of generate_series and would read all heartbeats for each.
  due as materialized (
    select t.target_key, t.collector_key, m.minute
    from telemetry.target_1m t
    cross join lateral generate_series(
      t.bucket, greatest(t.bucket, t.due_until - interval '1 microsecond'), interval '1 minute') as m(minute)
    where t.bucket >= date_trunc('minute', from_at) - interval '6 minutes' and t.bucket < until_at
  ),
  alive as materialized (
    select h.collector_key, h.minute
    from telemetry.heartbeat h
    where h.minute >= date_trunc('minute', from_at) and h.minute < until_at
  ),
  watched as (
    select distinct d.target_key, d.minute
    from due d
    join alive a on a.collector_key = d.collector_key and a.minute = d.minute
  ),
  seat as (
    select s.gpu_key, s.target_key, s.since, lead(s.since) over (partition by s.gpu_key order by s.since) as until
    from telemetry.gpu_target s
  ),
  seated as (
    select distinct s.gpu_key, w.minute
    from seat s
    join watched w on w.target_key = s.target_key
      and s.since < w.minute + interval '1 minute'
      and (s.until is null or s.until >= w.minute + interval '1 minute')
  )
  select g.gpu_key, m.minute,
    case
      when c.gpu_key is not null then 'UP'
      when w.gpu_key is not null and m.minute + interval '1 minute' <= (select sampled_through from telemetry.watermark) then 'DOWN'
      else 'UNKNOWN'
    end
  from telemetry.gpu g
  cross join generate_series(
    date_trunc('minute', from_at + interval '1 minute' - interval '1 microsecond'),
    until_at - interval '1 microsecond', interval '1 minute') as m(minute)
  left join covered c on c.gpu_key = g.gpu_key and c.minute = m.minute
  left join seated w on w.gpu_key = g.gpu_key and w.minute = m.minute
  where g.parent_key is null
$$;

create view telemetry.gpu_minute as
select m.gpu_key, m.minute, m.state
from (
  select min(date_trunc('minute', first_seen_at)) as from_at, max(last_seen_at) as last_at from telemetry.gpu where parent_key is null
) b
cross join lateral telemetry.gpu_minutes(b.from_at, greatest(b.last_at, (select sampled_through from telemetry.watermark))) m
where b.from_at is not null;
comment on view telemetry.gpu_minute is 'gpu_minutes over all time. For a known range call the function: it reads that range only.';

create function telemetry.gpu_uptime(from_at timestamptz, until_at timestamptz)
returns table (gpu_key integer, up_minutes integer, down_minutes integer, unknown_minutes integer)
language sql stable
as $$
  select gpu_key,
    (count(*) filter (where state = 'UP'))::integer,
    (count(*) filter (where state = 'DOWN'))::integer,
    (count(*) filter (where state = 'UNKNOWN'))::integer
  from telemetry.gpu_minutes(from_at, until_at)
  group by 1
$$;

do $$
declare
  level text;
begin
  foreach level in array array['1m', '1h', '1d'] loop
    execute format($view$
      create view telemetry.rollup_%1$s as
      select
        gpu_key, bucket, sample_count, first_at, last_at,
        covered_seconds,
        coalesce(busy_seconds, 0) as busy_seconds,
        case when throttle_known_seconds > 0 then coalesce(throttled_seconds, 0) end as throttled_seconds,
        throttle_known_seconds,
        energy_watt_hours,
        util_sum / nullif(util_seconds, 0) as util_ratio,
        util_max as util_ratio_max,
        tensor_sum / nullif(tensor_seconds, 0) as tensor_active_ratio,
        dram_sum / nullif(dram_seconds, 0) as dram_active_ratio,
        power_sum / nullif(power_seconds, 0) as power_watts,
        power_min as power_watts_min,
        power_max as power_watts_max,
        gpu_temp_sum / nullif(gpu_temp_seconds, 0) as gpu_temp_celsius,
        gpu_temp_max as gpu_temp_celsius_max,
        mem_temp_max as mem_temp_celsius_max,
        sm_clock_sum / nullif(sm_clock_seconds, 0) as sm_clock_hertz,
        busy_sm_clock_sum / nullif(busy_sm_clock_seconds, 0) as busy_sm_clock_hertz,
        fb_used_sum / nullif(fb_used_seconds, 0) as fb_used_bytes,
        fb_used_max as fb_used_bytes_max,
        pcie_tx_bytes, pcie_rx_bytes, nvlink_bytes,
        ecc_dbe_total, remap_uncorrectable_total, row_remap_failed, page_retirement_pending
      from telemetry.gpu_%1$s
    $view$, level);
    execute format('comment on view telemetry.rollup_%1$s is %2$L', level,
      'Means weighted by time, extremes and sums of one bucket of gpu_' || level || '; no row: no good sample in the bucket.');
  end loop;
end
$$;

-- The role that dashboards and other readers use. On a server where we may not create roles, its owner makes it.
do $$
begin
  if not exists (select from pg_roles where rolname = 'bc_reader') then
    create role bc_reader nologin;
  end if;
exception
  when insufficient_privilege or duplicate_object then null;
end
$$;

do $$
begin
  if exists (select from pg_roles where rolname = 'bc_reader') then
    grant usage on schema telemetry to bc_reader;
    grant select on all tables in schema telemetry to bc_reader;
    grant execute on all functions in schema telemetry to bc_reader;
  end if;
end
$$;
