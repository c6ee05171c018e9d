-- Hourly jobs, and operators' reputation.
create schema jobs;

create table jobs.hourly (
  name text primary key,
  holder text not null,
  expires_at timestamptz not null,
  done_through timestamptz,
  ran_at timestamptz,
  error text
);
comment on table jobs.hourly is 'Jobs that work each UTC hour once its facts are complete, one process at a time: a job is free once expires_at has passed.';
comment on column jobs.hourly.name is 'The job.';
comment on column jobs.hourly.holder is 'The process that has it, or had it last.';
comment on column jobs.hourly.done_through is 'Every hour that ends here or before is done; null: none is.';
comment on column jobs.hourly.ran_at is 'When an hour was worked last, well or not.';
comment on column jobs.hourly.error is 'What failed the last time; null when nothing did.';

-- Published scores.
create schema reputation;

create table reputation.run (
  at timestamptz primary key,
  methodology_version int4 not null,
  block_number int8 not null,
  block_hash bytea not null check (length(block_hash) = 32),
  sampled_through timestamptz not null,
  facts_hash bytea not null check (length(facts_hash) = 32),
  prior_means jsonb not null,
  operator_count int4 not null,
  took_ms int4 not null,
  computed_at timestamptz not null default now()
);
comment on table reputation.run is 'Each time at which all scores were worked out: the end of a UTC hour, or of a day that was missed.';
comment on column reputation.run.at is 'The scores are as of here: everything before it counts.';
comment on column reputation.run.methodology_version is 'Version of the formula.';
comment on column reputation.run.block_number is 'A final block at or after it, that the facts stand on.';
comment on column reputation.run.block_hash is 'Its hash: if the chain has another one there, the run is done anew.';
comment on column reputation.run.sampled_through is 'The telemetry''s watermark when it was worked out.';
comment on column reputation.run.facts_hash is 'SHA-256 of the lines `operator sha256(facts)`, each ended by a line feed, in the order of the operators'' numbers.';
comment on column reputation.run.prior_means is 'The network''s mean of each dimension, 0 to 1.';
comment on column reputation.run.operator_count is 'Operators ranked.';
comment on column reputation.run.took_ms is 'From the first statement to the last.';

create table reputation.facts (
  at timestamptz not null references reputation.run on delete cascade,
  operator text not null,
  facts text not null,
  primary key (at, operator)
);
comment on table reputation.facts is 'All facts of a UTC day up to a run, by operator: with those of the days before, any score is worked out again without samples or chain.';
comment on column reputation.facts.operator is 'chain.operator.id. No row: nothing is known of the day so far.';
comment on column reputation.facts.facts is 'JSON, one text for one set of facts (api/src/domain/reputation/kept-facts.ts says what stands where).';

create table reputation.score (
  subject text not null,
  at timestamptz not null references reputation.run on delete cascade,
  operator text not null,
  member text,
  score float8 not null,
  high float8 not null,
  mean float8 not null,
  rank int4 not null,
  rank_of int4 not null,
  is_prior_only boolean not null,
  parts jsonb not null,
  primary key (subject, at)
);
create index score_ranking on reputation.score (at, rank) where member is null;
create index score_of_members on reputation.score (operator, at, rank) where member is not null;
comment on table reputation.score is 'Score of each operator and of each member of a distributed one, by run. 0 to 100.';
comment on column reputation.score.subject is 'The member, or else the operator.';
comment on column reputation.score.operator is 'chain.operator.id.';
comment on column reputation.score.member is 'chain.member.id; null: the score is the operator''s own.';
comment on column reputation.score.score is '100 times the sum of share * 5 % quantile over the parts: the interval''s lower end.';
comment on column reputation.score.high is 'The same with the 95 % quantiles: the interval''s upper end.';
comment on column reputation.score.mean is 'The same with the means.';
comment on column reputation.score.rank is '1 is best, among all operators or among the members of one; equal scores share a rank.';
comment on column reputation.score.rank_of is 'How many are ranked.';
comment on column reputation.score.is_prior_only is 'Nothing is known of it: the score is what anybody new has.';
comment on column reputation.score.parts is 'By dimension: share, n, weight, mean, low, high, observedMean (null: no outcomes), priorMean, points, heldPayers, excluded.';

create table reputation.explanation (
  subject text primary key,
  at timestamptz not null,
  costs jsonb not null,
  improvements jsonb not null
);
comment on table reputation.explanation is 'Of the newest run: the ten outcomes that cost each subject most, and what would raise its score. Those of earlier runs are worked out again when they are asked for.';
comment on column reputation.explanation.costs is 'dimension, day, id, gpuId, value, weight, payer, costPoints, text; costliest first.';
comment on column reputation.explanation.improvements is 'dimension, action, points, text; most first.';

create table reputation.evidence (
  day date not null,
  subject text not null,
  sums text not null,
  primary key (day, subject)
);
comment on table reputation.evidence is 'Sums of all facts through the end of a UTC day, by subject: where the next day, or a replay, begins. Those of the last 8 days and of every seventh are kept.';
comment on column reputation.evidence.sums is 'JSON: by dimension and payer (api/src/domain/reputation/kept-evidence.ts).';

-- What the running day is put together from; rows of days that are over are deleted. The first three can be had again from roll-ups and
-- chain, and are when day_so_far is empty: so none of them goes through the log, and a crash empties them together.
create unlogged table reputation.day_so_far (
  through timestamptz primary key
);
comment on table reputation.day_so_far is 'Up to where gpu_day and use_day are there: for the last run, and the one before it.';

create unlogged table reputation.gpu_day (
  through timestamptz not null,
  gpu int8 not null,
  operator text not null,
  member text,
  up int2 not null,
  down int2 not null,
  sampled int2 not null,
  hot int2 not null,
  has_xids boolean not null,
  has_ecc boolean not null,
  has_remap boolean not null
);
comment on table reputation.gpu_day is 'Minutes of a GPU on a UTC day up to a time, in which it was an active member of an operator''s pool.';
comment on column reputation.gpu_day.through is 'From midnight before it to here.';
comment on column reputation.gpu_day.up is 'Minutes UP.';
comment on column reputation.gpu_day.down is 'Minutes DOWN; those UNKNOWN are in neither.';
comment on column reputation.gpu_day.sampled is 'Minutes with a sample.';
comment on column reputation.gpu_day.hot is 'Minutes over the model''s thermal limit.';
comment on column reputation.gpu_day.has_xids is 'Which, gpu_xid says.';
comment on column reputation.gpu_day.has_ecc is 'New uncorrectable memory errors.';
comment on column reputation.gpu_day.has_remap is 'A row remap that failed, or page retirement pending.';

create unlogged table reputation.use_day (
  through timestamptz not null,
  gpu int8 not null,
  operator text not null,
  member text,
  payer bytea not null,
  minutes int2 not null,
  busy_ms int4 not null,
  delivered_ms int4 not null,
  until timestamptz
);
comment on table reputation.use_day is 'What of a gpu_day one payer rented.';
comment on column reputation.use_day.through is 'From midnight before the hour that ends here; nothing has come to it since.';
comment on column reputation.use_day.until is 'When a later row took its place; null: none has.';
comment on column reputation.use_day.minutes is 'Minutes UP or DOWN that it rented.';
comment on column reputation.use_day.busy_ms is 'Busy time of which the clock is known.';
comment on column reputation.use_day.delivered_ms is 'busy_ms * min(1, clock / class median) * (1 - throttled share), hour by hour.';

create table reputation.gpu_xid (
  hour timestamptz not null,
  gpu int8 not null,
  operator text not null,
  member text,
  xid int4 not null
);
create index gpu_xid_hour on reputation.gpu_xid (hour);
comment on table reputation.gpu_xid is 'XIDs of a GPU in an hour. Of the running day.';

create table reputation.rental_end (
  hour timestamptz not null,
  rental int8 not null,
  gpu int8 not null,
  operator text not null,
  member text,
  payer bytea not null,
  start_at int8 not null,
  end_at int8 not null,
  end_reason text not null,
  was_noticed boolean not null,
  down_minutes int4 not null
);
create index rental_end_hour on reputation.rental_end (hour);
comment on table reputation.rental_end is 'Rentals that were over in an hour, whether or not anybody had ended them. Of the running day.';
comment on column reputation.rental_end.payer is 'The customer; of a reserved one, who held the slot at its start.';

create table reputation.conduct (
  hour timestamptz not null,
  event_id text not null,
  operator text not null,
  member text,
  event text not null check (event in ('SLOT_REFUNDED', 'SHARES_CHANGED', 'KICK_REVERSED')),
  gpu int8,
  payer bytea
);
create index conduct_hour on reputation.conduct (hour);
comment on table reputation.conduct is 'What operators did in an hour. Of the running day.';

create table reputation.down_hour (
  gpu int8 not null,
  hour timestamptz not null,
  minutes int8 not null,
  primary key (gpu, hour)
);
comment on table reputation.down_hour is 'The minutes of an hour in which a GPU was DOWN, in a pool or not: bit n is minute n. For rentals that end later.';

-- Bits first to until - 1 of the 60 minutes of an hour; seconds count from its start. A minute belongs to a span if it starts in it.
create function reputation.minutes_between(from_second numeric, until_second numeric)
returns int8
language sql immutable parallel safe
return ((1::int8 << ceil(least(greatest(until_second, 0), 3600) / 60)::int4) - 1)
  & ~((1::int8 << ceil(least(greatest(from_second, 0), 3600) / 60)::int4) - 1);

create function reputation.minute_count(bits int8)
returns int4
language sql immutable parallel safe
return bit_count(bits::bit(64))::int4;

-- Of some GPUs, the minutes that no sample covers, as bits of hours, and which of these were DOWN: by the rule of the
-- collector's "Minute states", found from the gaps as telemetry.gpu_uptime does. Hours without such a minute have no row.
create function reputation.gaps(from_at timestamptz, until_at timestamptz, gpu_keys int4[])
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

-- What of an hour's roll-ups counts. In plpgsql, as TimescaleDB asks for an aggregate's watermark once for every row in any
-- statement but a select of its own. `is_whole`: with 60 and more samples, one of them in the first minute and one in the last,
-- and as many seconds covered as lie between these, no minute can be without one.
create function reputation.rolled_hours(from_at timestamptz, until_at timestamptz)
returns table (gpu_key int4, hour timestamptz, sample_count int4, gpu_temp_max real, busy_seconds float8, throttled float8, clock float8,
  has_remap boolean, is_whole boolean)
language plpgsql stable
set plan_cache_mode = force_custom_plan
set jit = off
as $$
begin
  return query
  select r.gpu_key, r.bucket, r.sample_count, r.gpu_temp_max, r.busy_seconds, r.throttled_seconds / nullif(r.throttle_known_seconds, 0),
    r.busy_sm_clock_sum / nullif(r.busy_sm_clock_seconds, 0),
    coalesce(r.row_remap_failed > 0, false) or coalesce(r.page_retirement_pending > 0, false),
    r.sample_count >= 60 and r.first_at < r.bucket + interval '1 minute' and r.last_at >= r.bucket + interval '59 minutes'
      and r.covered_seconds >= extract(epoch from r.last_at - r.first_at)::float8 - 0.5
  from telemetry.gpu_1h r
  where r.bucket >= from_at and r.bucket < until_at;
end
$$;

-- Minutes of some GPUs that were over their limits, by hour.
create function reputation.hot_minutes(from_at timestamptz, until_at timestamptz, gpu_keys int4[], limits float8[])
returns table (gpu_key int4, hour timestamptz, minutes int4)
language plpgsql stable
set plan_cache_mode = force_custom_plan
set jit = off
as $$
begin
  if gpu_keys is null then
    return;
  end if;
  return query
  select r.gpu_key, date_trunc('hour', r.bucket, 'UTC'), count(*)::int4
  from telemetry.gpu_1m r
  join unnest(gpu_keys, limits) x(gpu_key, celsius) on x.gpu_key = r.gpu_key
  where r.bucket >= from_at and r.bucket < until_at and r.gpu_key = any(gpu_keys) and r.gpu_temp_max >= x.celsius
  group by 1, 2;
end
$$;

do $$
begin
  if exists (select from pg_roles where rolname = 'bc_reader') then
    grant usage on schema jobs, reputation to bc_reader;
    grant select on all tables in schema jobs, reputation to bc_reader;
    grant execute on all functions in schema reputation to bc_reader;
  end if;
end
$$;
