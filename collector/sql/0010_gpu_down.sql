-- The minutes in which GPUs were DOWN, of all that start in [from_at, until_at): those that `gpu_minutes` calls so, by the
-- rule of 0004, "Minute states", and no others. DOWN is rare and UP is not: only the gaps between what samples cover are
-- looked at, so that a day of a fleet costs about as much as reading its minutes once.
--
-- `gpu_down` reads the minute roll-ups, as gpu_minutes does; `gpu_down_by_samples` the samples and scrapes themselves,
-- whatever has become of the roll-ups.
--
-- In plpgsql, as in a function that is inlined TimescaleDB asks for the aggregates' watermark once for every row.
do $do$
declare
  variant record;
begin
  for variant in
    select * from (values
      ('gpu_down', 'telemetry.gpu_1m', 'telemetry.target_1m'),
      ('gpu_down_by_samples',
        $$(select gpu_key, time_bucket(interval '1 minute', time) as bucket, max(covers_until) as covers_until
          from telemetry.sample where time >= opens_at and time < closes_at group by 1, 2)$$,
        $$(select target_key, collector_key, time_bucket(interval '1 minute', time) as bucket, max(due_until) as due_until
          from telemetry.scrape where time >= opens_at and time < closes_at group by 1, 2, 3)$$)
    ) as v(name, samples, scrapes)
  loop
    execute format($function$
create function telemetry.%1$s(from_at timestamptz, until_at timestamptz)
returns table (gpu_key integer, minute timestamptz)
language plpgsql stable
set plan_cache_mode = force_custom_plan
as $body$
#variable_conflict use_column
declare
  -- a sample speaks for at most 5 minutes after its own
  opens_at constant timestamptz := date_trunc('minute', from_at) - interval '6 minutes';
  closes_at constant timestamptz := date_trunc('minute', until_at + interval '1 minute' - interval '1 microsecond');
begin
  return query
  with reach as (
    select r.gpu_key, r.bucket, greatest(r.bucket, r.covers_until - interval '1 microsecond') as last_at
    from %2$s r
    where r.bucket >= opens_at and r.bucket < closes_at
    union all
    -- so that what comes before a GPU's first row and after its last one is a gap, too
    select g.gpu_key, edge.bucket, edge.bucket
    from telemetry.gpu g
    cross join (values (opens_at - interval '1 minute'), (closes_at)) as edge(bucket)
    where g.parent_key is null
  ),
  gap as materialized (
    select x.gpu_key, date_trunc('minute', x.last_at) + interval '1 minute' as since, x.bucket as until
    from (
      select gpu_key, bucket,
        max(last_at) over (partition by gpu_key order by bucket rows between unbounded preceding and 1 preceding) as last_at
      from reach
    ) x
    where x.last_at < x.bucket - interval '1 minute' and x.bucket > from_at
  ),
  seat as materialized (
    select s.gpu_key, s.target_key, s.since, lead(s.since) over (partition by s.gpu_key order by s.since) as until
    from telemetry.gpu_target s join telemetry.gpu g on g.gpu_key = s.gpu_key and g.parent_key is null
    where s.gpu_key in (select gpu_key from gap)
  ),
  due as (
    select t.target_key, t.collector_key, m.minute
    from %3$s t
    cross join lateral generate_series(
      t.bucket, greatest(t.bucket, t.due_until - interval '1 microsecond'), interval '1 minute') as m(minute)
    where t.bucket >= opens_at and t.bucket < closes_at and t.target_key in (select target_key from seat)
  ),
  alive as materialized (
    select h.collector_key, h.minute
    from telemetry.heartbeat h
    where h.collector_key = any(array(select c.collector_key from telemetry.collector c))
      and h.minute >= from_at and h.minute < until_at
      and h.minute + interval '1 minute' <= (select sampled_through from telemetry.watermark)
  ),
  watched as materialized (
    select distinct d.target_key, d.minute
    from due d
    join alive a on a.collector_key = d.collector_key and a.minute = d.minute
  )
  select distinct p.gpu_key, w.minute
  from gap p
  join seat s on s.gpu_key = p.gpu_key
  join watched w on w.target_key = s.target_key and w.minute >= p.since and w.minute < p.until
    and s.since < w.minute + interval '1 minute'
    and (s.until is null or s.until >= w.minute + interval '1 minute');
end
$body$
$function$, variant.name, variant.samples, variant.scrapes);
  end loop;
end
$do$;

-- The same for minute states: a day of 208 GPUs at 10 s took 5.7 s inlined, and takes 1.4 s.
do $do$
begin
  execute format($function$
create or replace function telemetry.gpu_minutes(from_at timestamptz, until_at timestamptz, gpu_keys integer[])
returns table (gpu_key integer, minute timestamptz, state text)
language plpgsql stable
set plan_cache_mode = force_custom_plan
as $body$
#variable_conflict use_column
begin
  return query
%s;
end
$body$
$function$, (select prosrc from pg_proc where oid = 'telemetry.gpu_minutes(timestamptz, timestamptz, integer[])'::regprocedure));
end
$do$;

-- What epochs are settled by, so that their end needn't wait for a day of a large fleet to be read: each UTC hour once, when
-- the watermark has passed it.
create table telemetry.gpu_down_hour (
  hour timestamptz not null,
  gpu_key integer not null,
  minutes bigint not null check (minutes > 0 and minutes < 1::bigint << 60),
  primary key (hour, gpu_key)
);
comment on table telemetry.gpu_down_hour is 'The minutes in which a GPU was DOWN, by hour; no row where there were none. Of hours in down_hour only.';
comment on column telemetry.gpu_down_hour.minutes is 'Bit n is set: DOWN in the minute n of the hour, 0 to 59.';

create table telemetry.down_hour (
  hour timestamptz primary key check (hour = date_trunc('hour', hour, 'UTC')),
  kept_at timestamptz not null default now()
);
comment on table telemetry.down_hour is 'Hours whose DOWN minutes are kept in gpu_down_hour. What comes later changes them no more.';

-- A GPU's DOWN minutes as bits of hours.
create function telemetry.down_hours(from_at timestamptz, until_at timestamptz, by_samples boolean)
returns table (hour timestamptz, gpu_key integer, minutes bigint)
language plpgsql stable
as $$
#variable_conflict use_column
begin
  if by_samples then
    return query
    select date_trunc('hour', d.minute, 'UTC'), d.gpu_key, bit_or(1::bigint << extract(minute from d.minute at time zone 'UTC')::integer)
    from telemetry.gpu_down_by_samples(from_at, until_at) d group by 1, 2;
  else
    return query
    select date_trunc('hour', d.minute, 'UTC'), d.gpu_key, bit_or(1::bigint << extract(minute from d.minute at time zone 'UTC')::integer)
    from telemetry.gpu_down(from_at, until_at) d group by 1, 2;
  end if;
end
$$;

-- Keeps the DOWN minutes of the whole hours in [from_at, until_at) that the watermark has passed, each once; gives how many
-- it kept now. Hours together cost less than one by one.
create function telemetry.keep_down_hours(from_at timestamptz, until_at timestamptz)
returns integer
language plpgsql
as $$
declare
  hours timestamptz[];
begin
  with kept as (
    insert into telemetry.down_hour (hour)
    select h from generate_series(
      date_trunc('hour', from_at + interval '1 hour' - interval '1 microsecond', 'UTC'), until_at - interval '1 hour', interval '1 hour') h
    where h + interval '1 hour' <= (select sampled_through from telemetry.watermark)
    on conflict do nothing
    returning hour
  )
  select array_agg(hour) into hours from kept;
  if hours is null then
    return 0;
  end if;
  insert into telemetry.gpu_down_hour (hour, gpu_key, minutes)
  select d.hour, d.gpu_key, d.minutes
  from telemetry.down_hours(
    (select min(h) from unnest(hours) h), (select max(h) from unnest(hours) h) + interval '1 hour', false) d
  where d.hour = any(hours);
  return cardinality(hours);
end
$$;

do $$
begin
  if exists (select from pg_roles where rolname = 'bc_reader') then
    grant select on all tables in schema telemetry to bc_reader;
    grant execute on all functions in schema telemetry to bc_reader;
    revoke execute on function telemetry.keep_down_hours(timestamptz, timestamptz) from public, bc_reader;
  end if;
end
$$;
