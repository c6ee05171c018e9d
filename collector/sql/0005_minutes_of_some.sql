-- The states of some GPUs: for one GPU the other thousand aren't read. The rule is that of 0004, "Minute states".
-- `gpu_keys` null: of all. A caller should give it as a constant or a parameter, which folds the choice away.
create function telemetry.gpu_minutes(from_at timestamptz, until_at timestamptz, gpu_keys integer[])
returns table (gpu_key integer, minute timestamptz, state text)
language sql stable
as $$
  with covered as (
    select distinct r.gpu_key, m.minute
    from telemetry.gpu_1m r
    cross join lateral generate_series(
      r.bucket, greatest(r.bucket, r.covers_until - interval '1 microsecond'), interval '1 minute') as m(minute)
    where r.bucket >= date_trunc('minute', from_at) - interval '6 minutes' and r.bucket < until_at
      and (gpu_keys is null or r.gpu_key = any(gpu_keys))
  ),
  seat as (
    select s.gpu_key, s.target_key, s.since, lead(s.since) over (partition by s.gpu_key order by s.since) as until
    from telemetry.gpu_target s
    where gpu_keys is null or s.gpu_key = any(gpu_keys)
  ),
  -- Materialized, as the planner expects few rows of generate_series and would read all heartbeats for each.
  due as materialized (
    select t.target_key, t.collector_key, m.minute
    from telemetry.target_1m t
    cross join lateral generate_series(
      t.bucket, greatest(t.bucket, t.due_until - interval '1 microsecond'), interval '1 minute') as m(minute)
    where t.bucket >= date_trunc('minute', from_at) - interval '6 minutes' and t.bucket < until_at
      and (gpu_keys is null or t.target_key = any(array(
        select s.target_key from telemetry.gpu_target s where s.gpu_key = any(gpu_keys))))
  ),
  alive as materialized (
    select h.collector_key, h.minute
    from telemetry.heartbeat h
    -- every collector by name, so that the key's index is used however long the past
    where h.collector_key = any(array(select c.collector_key from telemetry.collector c))
      and h.minute >= date_trunc('minute', from_at) and h.minute < until_at
  ),
  watched as (
    select distinct d.target_key, d.minute
    from due d
    join alive a on a.collector_key = d.collector_key and a.minute = d.minute
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
  where g.parent_key is null and (gpu_keys is null or g.gpu_key = any(gpu_keys))
$$;

create or replace function telemetry.gpu_minutes(from_at timestamptz, until_at timestamptz)
returns table (gpu_key integer, minute timestamptz, state text)
language sql stable
as $$
  select gpu_key, minute, state from telemetry.gpu_minutes(from_at, until_at, null)
$$;

-- What of telemetry.* is new since 0004; a server's owner may have made the role meanwhile.
do $$
begin
  if exists (select from pg_roles where rolname = 'bc_reader') then
    grant usage on schema telemetry to bc_reader;
    grant select on all tables in schema telemetry to bc_reader;
    grant execute on all functions in schema telemetry to bc_reader;
  end if;
end
$$;
