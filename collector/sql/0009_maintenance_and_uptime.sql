-- Where no background worker runs TimescaleDB's jobs, a collector does: when it ran each the last time.
create table telemetry.maintenance (
  job_id integer primary key,
  ran_at timestamptz not null,
  took_ms integer not null,
  error text
);
comment on table telemetry.maintenance is 'TimescaleDB''s jobs on our tables as a collector runs them; empty where the database runs them itself.';
comment on column telemetry.maintenance.error is 'Why the last run failed; null when it did not.';

-- Uptime without the minutes themselves, which a month of a fleet has millions of: what isn't UP is a gap between the spans
-- that samples cover, and DOWN is looked for only in there. The rule is that of 0004, "Minute states". In plpgsql with the
-- bounds known at planning time, as TimescaleDB then reads the chunks of that time only, and asks for the aggregates'
-- watermark once.
create or replace function telemetry.gpu_uptime(from_at timestamptz, until_at timestamptz)
returns table (gpu_key integer, up_minutes integer, down_minutes integer, unknown_minutes integer)
language plpgsql stable
set plan_cache_mode = force_custom_plan
set work_mem = '64MB'
set jit = off
as $$
#variable_conflict use_column
declare
  -- the minutes that start in [from_at, until_at) are those from first_at up to end_at
  first_at constant timestamptz := date_trunc('minute', from_at + interval '1 minute' - interval '1 microsecond');
  end_at constant timestamptz := greatest(first_at, date_trunc('minute', until_at + interval '1 minute' - interval '1 microsecond'));
  minute_count constant integer := extract(epoch from end_at - first_at)::integer / 60;
  -- a sample speaks for at most 5 minutes after its own
  opens_at constant timestamptz := date_trunc('minute', from_at) - interval '6 minutes';
begin
  return query
  -- what samples cover, and nothing at either end, so that all else is a gap between two
  with span as (
    select r.gpu_key, r.bucket, r.covers_until
    from telemetry.gpu_1m r
    where r.bucket >= opens_at and r.bucket < end_at
    union all
    select g.gpu_key, edge.at, edge.at
    from telemetry.gpu g cross join (values (opens_at - interval '1 minute'), (end_at)) as edge(at)
    where g.parent_key is null
  ),
  -- minutes [since, until) that no sample covers
  gap as materialized (
    select x.gpu_key, x.bucket as until,
      greatest(first_at, date_trunc('minute', x.covers_until - interval '1 microsecond') + interval '1 minute') as since
    from (
      select s.gpu_key, s.bucket,
        max(s.covers_until) over (
          partition by s.gpu_key order by s.bucket rows between unbounded preceding and 1 preceding) as covers_until
      from span s
    ) x
    where x.covers_until <= x.bucket - interval '1 minute' and x.bucket > first_at
  ),
  not_up as (
    select gpu_key, sum(extract(epoch from until - since))::integer / 60 as minutes from gap group by 1
  ),
  seat as materialized (
    select s.gpu_key, s.target_key, s.since, lead(s.since) over (partition by s.gpu_key order by s.since) as until
    from telemetry.gpu_target s
    where s.gpu_key in (select gpu_key from gap)
  ),
  due as (
    select t.target_key, t.collector_key, m.minute
    from telemetry.target_1m t
    cross join lateral generate_series(
      t.bucket, greatest(t.bucket, t.due_until - interval '1 microsecond'), interval '1 minute') as m(minute)
    where t.bucket >= opens_at and t.bucket < end_at and t.target_key in (select target_key from seat)
  ),
  alive as materialized (
    select h.collector_key, h.minute
    from telemetry.heartbeat h
    where h.collector_key = any(array(select c.collector_key from telemetry.collector c))
      and h.minute >= first_at and h.minute < end_at
      and h.minute + interval '1 minute' <= (select sampled_through from telemetry.watermark)
  ),
  watched as materialized (
    select distinct d.target_key, d.minute
    from due d
    join alive a on a.collector_key = d.collector_key and a.minute = d.minute
  ),
  -- each minute by itself, so that it is looked up, not searched, in what was watched
  missing as materialized (
    select p.gpu_key, s.target_key, m.minute
    from gap p
    cross join lateral generate_series(p.since, p.until - interval '1 microsecond', interval '1 minute') as m(minute)
    join seat s on s.gpu_key = p.gpu_key
      and s.since < m.minute + interval '1 minute'
      and (s.until is null or s.until >= m.minute + interval '1 minute')
  ),
  down as (
    select n.gpu_key, count(distinct n.minute)::integer as minutes
    from missing n
    join watched w on w.target_key = n.target_key and w.minute = n.minute
    group by 1
  )
  select g.gpu_key, minute_count - coalesce(n.minutes, 0), coalesce(d.minutes, 0), coalesce(n.minutes, 0) - coalesce(d.minutes, 0)
  from telemetry.gpu g
  left join not_up n on n.gpu_key = g.gpu_key
  left join down d on d.gpu_key = g.gpu_key
  where g.parent_key is null and minute_count > 0;
end
$$;

do $$
begin
  if exists (select from pg_roles where rolname = 'bc_reader') then
    grant select on telemetry.maintenance to bc_reader;
    grant execute on function telemetry.gpu_uptime(timestamptz, timestamptz) to bc_reader;
  end if;
end
$$;
