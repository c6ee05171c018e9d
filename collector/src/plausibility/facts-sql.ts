import { SKETCH_SIZE } from "./facts.ts";

/** Bits of clock_event_reasons under which power says nothing of work: those of THROTTLE_BITS. */
const THROTTLED = 232;
/** A board of a model not listed draws at least this part of its exporter's limit. */
const IDLE_PART = 0.03;

const moments = (x: string, y: string, filter: string): string => `jsonb_build_object(
  'n', count(*) filter (where ${filter}),
  'x', coalesce(sum(${x}) filter (where ${filter}), 0), 'y', coalesce(sum(${y}) filter (where ${filter}), 0),
  'xx', coalesce(sum(${x} * ${x}) filter (where ${filter}), 0),
  'yy', coalesce(sum(${y} * ${y}) filter (where ${filter}), 0),
  'xy', coalesce(sum(${x} * ${y}) filter (where ${filter}), 0))`;

const total = (value: string, filter: string): string => `coalesce(sum(${value}) filter (where ${filter}), 0)`;

/** Samples of the hour with the one before each, and how often readings, or power alone, have changed since its start. */
const SAMPLES = `
  one as (
    select g.gpu_key, s.*, coalesce(g.idle_watts, ${IDLE_PART} * s.shown_limit) as idle,
      coalesce(least(g.limit_watts, s.shown_limit), s.shown_limit, g.limit_watts) as cap
    from unnest($2::int[], $3::float8[], $4::float8[]) as g(gpu_key, idle_watts, limit_watts)
    cross join lateral (
      select x.time, x.covered_seconds::float8 as covered, x.power_watts as p4, x.power_watts::float8 as p,
        x.gpu_temp_celsius::float8 as t, x.util_ratio::float8 as u, x.energy_total_joules as e, x.sm_clock_hertz as c,
        x.fb_used_bytes as f, x.tensor_active_ratio as tensor,
        coalesce(x.clock_event_reasons, 0) & ${THROTTLED} <> 0 as throttled,
        max(nullif(x.power_limit_watts, 0)) over ()::float8 as shown_limit
      from telemetry.sample x
      where x.gpu_key = g.gpu_key and x.time >= $1::timestamptz and x.time < $1::timestamptz + interval '1 hour'
    ) s),
  two as (
    select one.*, extract(epoch from time - lag(time) over w)::float8 as dt, lag(p) over w as p0, lag(u) over w as u0,
      lag(e) over w as e0, row(p, t, u, e, c, f) is distinct from row(lag(p) over w, lag(t) over w, lag(u) over w,
        lag(e) over w, lag(c) over w, lag(f) over w) as is_new
    from one window w as (partition by gpu_key order by time)),
  sampled as (
    select two.*, count(*) filter (where is_new) over w as run, count(*) filter (where p is distinct from p0) over w as level
    from two window w as (partition by gpu_key order by time))`;

/** Stretches without a change, and readings with those before them. */
const STRETCHES = `
  stuck as (
    select gpu_key, sum(seconds) as seconds, max(seconds) as longest from (
      select gpu_key, extract(epoch from max(time) - min(time))::float8 as seconds from sampled
      where p is not null group by gpu_key, run having count(*) >= 3) r
    where seconds >= 300 group by 1),
  flat as (
    select gpu_key, sum(seconds) as seconds from (
      select gpu_key, extract(epoch from max(time) - min(time))::float8 as seconds from sampled
      where p is not null group by gpu_key, level having count(*) >= 5 and min(u) >= 0.1) r
    where seconds >= 600 group by 1),
  reading as (
    select gpu_key, time, p4, p / nullif(cap, 0) as p, (t - 50) / 100 as u,
      (lag(t) over w - 50) / 100 as t, extract(epoch from time - lag(time) over w)::float8 as dt,
      lag(p4, 1) over w as p1, lag(p4, 2) over w as p2, lag(p4, 3) over w as p3, lag(p4, 4) over w as p4_, lag(p4, 5) over w as p5
    from sampled where is_new and p is not null window w as (partition by gpu_key order by time)),
  run as (
    select gpu_key, hashfloat4extended(p4, hashfloat4extended(p1, hashfloat4extended(p2, hashfloat4extended(p3,
      hashfloat4extended(p4_, hashfloat4extended(p5, 0)))))) as hash
    from reading
    where p5 is not null
      and (p4 <> p1)::int + (p1 <> p2)::int + (p2 <> p3)::int + (p3 <> p4_)::int + (p4_ <> p5)::int >= 3),
  ranked as (
    select gpu_key, hash, row_number() over (partition by gpu_key order by hash) as place
    from (select distinct gpu_key, hash from run) d),
  sketch as (
    select gpu_key, count(*) as distinct_runs, array_agg(hash order by hash) filter (where place <= ${SKETCH_SIZE}) as hashes
    from ranked group by 1),
  runs as (select gpu_key, count(*) as runs from run group by 1)`;

const ENERGY_PAIR = "e is not null and e0 is not null and p is not null and p0 is not null and e >= e0 and dt <= 360";

const ENERGY = `jsonb_build_object(
  'seconds', ${total("dt", ENERGY_PAIR)}, 'counterJoules', ${total("e - e0", ENERGY_PAIR)},
  'powerJoules', ${total("dt * (p + p0) / 2", ENERGY_PAIR)},
  'slackJoules', ${total("dt * abs(p - p0) / 2", ENERGY_PAIR)},
  'powerWattsMax', coalesce(max(p) filter (where ${ENERGY_PAIR}), 0))`;

const IDLE = "not throttled and u < 0.02 and u0 < 0.02 and cap is not null and p is not null";
const BUSY = "not throttled and u > 0.9 and u0 > 0.9 and cap is not null and p is not null";

const LOAD = `jsonb_build_object(
  'powerSeconds', ${total("covered", "p is not null and cap is not null")},
  'overSeconds', ${total("covered", "p > 1.1 * cap")}, 'underSeconds', ${total("covered", "p < 0.4 * idle")},
  'idleSeconds', ${total("covered", IDLE)},
  'idleHotSeconds', ${total("covered", `${IDLE} and p > idle + 0.5 * (cap - idle)`)},
  'busySeconds', ${total("covered", BUSY)},
  'busyColdSeconds', ${total("covered", `${BUSY} and p < case when tensor > 0.3 then 0.35 * cap else 1.15 * idle end`)},
  'utilSeconds', ${total("covered", "u is not null")}, 'workSeconds', ${total("covered", "u >= 0.1")},
  'moments', ${moments("u", "p / cap", "not throttled and u is not null and p is not null and cap > 0")})`;

const FAST = "r.dt between 1 and 20 and r.t is not null and r.u is not null and r.p is not null";

const HEAT = `
  slow as (
    select gpu_key, ${moments("p", "t", "p is not null and t is not null")}
      || jsonb_build_object('low', count(*) filter (where p < middle), 'high', count(*) filter (where p >= middle)) as moments
    from (
      select b.*, (min(p) over g + max(p) over g) / 2 as middle
      from (
        select gpu_key, avg(p / nullif(cap, 0)) as p, avg(t / 100) as t from sampled
        where not throttled group by gpu_key, time_bucket('5 minutes', time)) b
      window g as (partition by gpu_key)) m
    group by 1),
  fast as (
    select gpu_key, jsonb_build_object(
      'n', count(*) filter (where ${FAST}), 'seconds', ${total("r.dt", FAST)}, 't', ${total("r.t", FAST)},
      'u', ${total("r.u", FAST)}, 'p', ${total("r.p", FAST)}, 'tt', ${total("r.t * r.t", FAST)},
      'uu', ${total("r.u * r.u", FAST)}, 'pp', ${total("r.p * r.p", FAST)}, 'tu', ${total("r.t * r.u", FAST)},
      'tp', ${total("r.t * r.p", FAST)}, 'up', ${total("r.u * r.p", FAST)}) as moments,
      count(*) as readings, count(distinct p4) as powers, avg(dt) as seconds
    from reading r group by 1)`;

/**
 * Reads the facts of one hour, of many GPUs, and keeps them.
 *
 * $1 the hour's start; $2 keys of GPUs; $3 and $4 their models' idle power and limit, null where not known
 */
export const KEEP_FACTS = `
  with ${SAMPLES}, ${STRETCHES}, ${HEAT},
  summed as (
    select gpu_key, count(*) as samples, sum(covered) as covered, max(idle) as idle, max(cap) as cap,
      bool_or(e is not null) as has_counter, ${ENERGY} as energy, ${LOAD} as load
    from sampled group by 1)
  insert into telemetry.plausibility_hour (gpu_key, hour, facts, sketch)
  select gpu_key, $1::timestamptz, jsonb_build_object(
      'samples', samples, 'coveredSeconds', covered, 'readingSeconds', f.seconds, 'idleWatts', idle, 'limitWatts', cap,
      'energy', energy, 'load', load, 'heat', jsonb_build_object('slow', s.moments, 'fast', f.moments),
      'still', jsonb_build_object('hasCounter', has_counter, 'stuckSeconds', coalesce(k.seconds, 0),
        'stuckSecondsMax', coalesce(k.longest, 0), 'flatSeconds', coalesce(l.seconds, 0)),
      'repeats', jsonb_build_object('readings', coalesce(f.readings, 0), 'powers', coalesce(f.powers, 0), 'runs', coalesce(r.runs, 0),
        'distinctRuns', coalesce(h.distinct_runs, 0))),
    coalesce(h.hashes, '{}')
  from summed
  left join slow s using (gpu_key) left join fast f using (gpu_key)
  left join stuck k using (gpu_key) left join flat l using (gpu_key) left join runs r using (gpu_key)
  left join sketch h using (gpu_key)
  on conflict (gpu_key, hour) do update set facts = excluded.facts, sketch = excluded.sketch`;
