-- An hour of a large network's reputation: less is written, and less is looked through.

-- Of who used what only the hour's rows take the place of theirs; the rest stays as it lies. All of it can be had again from
-- roll-ups and chain, and is when day_so_far is empty: so none of it goes through the log, and a crash empties the three together.
truncate reputation.day_so_far, reputation.gpu_day, reputation.use_day;
alter table reputation.use_day add column until timestamptz;
comment on column reputation.use_day.through is 'From midnight before the hour that ends here; nothing has come to it since.';
comment on column reputation.use_day.until is 'When a later row took its place; null: none has.';
drop index reputation.use_day_through;
drop index reputation.gpu_day_through;
alter table reputation.use_day set unlogged;
alter table reputation.gpu_day set unlogged;
alter table reputation.day_so_far set unlogged;

-- Of some GPUs, the minutes that no sample covers, as bits of hours, and which of these were DOWN: by the rule of the
-- collector's "Minute states", found from the gaps as telemetry.gpu_uptime does. Hours without such a minute have no row.
create or replace function reputation.gaps(from_at timestamptz, until_at timestamptz, gpu_keys int4[])
returns table (gpu_key int4, hour timestamptz, not_up int8, down int8)
language plpgsql stable
set plan_cache_mode = force_custom_plan
set jit = off
-- what is joined here was just made, and the planner takes it for a few rows
set enable_nestloop = off
as $$
#variable_conflict use_column
declare
  -- a sample speaks for at most 5 minutes after its own
  opens_at constant timestamptz := from_at - interval '6 minutes';
  -- known when the statement is planned, so that they are looked up and not searched
  target_keys constant int4[] := array(select distinct s.target_key from telemetry.gpu_target s where s.gpu_key = any(gpu_keys));
begin
  return query
  with span as (
    select r.gpu_key, r.bucket, r.covers_until
    from telemetry.gpu_1m r
    where r.bucket >= opens_at and r.bucket < until_at and r.gpu_key = any(gpu_keys)
    union all
    select k, edge.at, edge.at
    from unnest(gpu_keys) k cross join (values (opens_at - interval '1 minute'), (until_at)) as edge(at)
  ),
  gap as materialized (
    select x.gpu_key, x.bucket as until,
      greatest(from_at, date_trunc('minute', x.covers_until - interval '1 microsecond') + interval '1 minute') as since
    from (
      select s.gpu_key, s.bucket,
        max(s.covers_until) over (
          partition by s.gpu_key order by s.bucket rows between unbounded preceding and 1 preceding) as covers_until
      from span s
    ) x
    where x.covers_until <= x.bucket - interval '1 minute' and x.bucket > from_at
  ),
  seat as materialized (
    select s.gpu_key, s.target_key, s.since, lead(s.since) over (partition by s.gpu_key order by s.since) as until
    from telemetry.gpu_target s
    where s.gpu_key in (select gpu_key from gap)
  ),
  alive as materialized (
    select h.collector_key, h.minute
    from telemetry.heartbeat h
    where h.collector_key = any(array(select c.collector_key from telemetry.collector c))
      and h.minute >= from_at and h.minute < until_at
      and h.minute + interval '1 minute' <= (select sampled_through from telemetry.watermark)
  ),
  missing as materialized (
    select p.gpu_key, m.minute
    from gap p
    cross join lateral generate_series(p.since, p.until - interval '1 microsecond', interval '1 minute') as m(minute)
  ),
  -- of the targets only minutes that a GPU misses
  due as materialized (
    select t.target_key, t.collector_key, m.minute
    from telemetry.target_1m t
    cross join lateral generate_series(
      t.bucket, greatest(t.bucket, t.due_until - interval '1 microsecond'), interval '1 minute') as m(minute)
    where t.bucket >= opens_at and t.bucket < until_at and t.target_key = any(target_keys)
      and m.minute = any(array(select distinct minute from missing))
  ),
  watched as materialized (
    select d.target_key, d.minute
    from due d
    join alive a on a.collector_key = d.collector_key and a.minute = d.minute
  ),
  seated as materialized (
    select n.gpu_key, n.minute, s.target_key
    from missing n
    join seat s on s.gpu_key = n.gpu_key
      and s.since < n.minute + interval '1 minute'
      and (s.until is null or s.until >= n.minute + interval '1 minute')
  ),
  down as (
    select distinct x.gpu_key, x.minute
    from seated x
    join watched w on w.target_key = x.target_key and w.minute = x.minute
  )
  select n.gpu_key, date_trunc('hour', n.minute, 'UTC'),
    bit_or(1::int8 << extract(minute from n.minute at time zone 'UTC')::int4),
    coalesce(bit_or(1::int8 << extract(minute from d.minute at time zone 'UTC')::int4), 0)
  from missing n
  left join down d on d.gpu_key = n.gpu_key and d.minute = n.minute
  group by 1, 2;
end
$$;
comment on function reputation.gaps is 'Both ends are whole UTC hours.';
