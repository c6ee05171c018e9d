-- What to ask and what is asked and paid: hourly advice per pool with all that it was made of, and indices per model and
-- region. Rates are DC base units (6 decimals) per GPU and hour; ids of pools are numbers (chain.pool.id as text).
create schema market;

create table market.declaration (
  pool int8 not null,
  declared_at timestamptz not null,
  power_watts int8 not null check (power_watts between 0 and 100000),
  dc_per_kilowatt_hour int8 not null check (dc_per_kilowatt_hour between 0 and 1000000000),
  opex_dc_per_hour int8 not null check (opex_dc_per_hour between 0 and 1000000000000),
  cap_dc_per_hour int8 check (cap_dc_per_hour between 1 and 1000000000000),
  is_withdrawn boolean not null default false,
  primary key (pool, declared_at)
);
comment on table market.declaration is 'What operators say of their pools'' costs; the newest at or before an hour holds for it. Without one there is no floor (NOT_DECLARED).';
comment on column market.declaration.declared_at is 'From here on it holds, up to the next one.';
comment on column market.declaration.power_watts is 'What one GPU and its part of the host take, W.';
comment on column market.declaration.dc_per_kilowatt_hour is 'What a kilowatt-hour costs, DC base units.';
comment on column market.declaration.opex_dc_per_hour is 'All other costs of one GPU and hour, DC base units.';
comment on column market.declaration.cap_dc_per_hour is 'The most to ask; null: no limit but the chain''s.';
comment on column market.declaration.is_withdrawn is 'From here on nothing is declared.';

create table market.tick (
  pool int8 not null,
  at timestamptz not null check (date_trunc('hour', at, 'UTC') = at),
  methodology_version int4 not null,
  rented_seconds int8 not null check (rented_seconds >= 0),
  available_seconds int8 not null check (available_seconds >= 0),
  exposed_seconds int8 not null check (exposed_seconds >= 0),
  taken_count int4 not null check (taken_count >= 0),
  smoothed_before float8,
  smoothed_before_at timestamptz,
  smoothed float8,
  smoothed_at timestamptz,
  occupancy float8 check (occupancy between 0 and 1),
  occupancy_reason text,
  sensitivity float8 not null,
  target float8 not null,
  spot_rate int8 not null,
  on_demand_rate int8 not null,
  reserved_rate int8 not null,
  power_watts int8,
  dc_per_kilowatt_hour int8,
  opex_dc_per_hour int8,
  declared_cap int8,
  cost_floor int8,
  cost_floor_reason text,
  delegated_spot_floor int8,
  delegated_spot_cap int8,
  delegated_on_demand_floor int8,
  delegated_on_demand_cap int8,
  spot_floor int8 not null,
  spot_cap int8 not null,
  on_demand_floor int8 not null,
  on_demand_cap int8 not null,
  as_of_block int8 not null,
  as_of_hash bytea not null check (length(as_of_hash) = 32),
  made_at timestamptz not null default now(),
  primary key (pool, at),
  check ((occupancy is null) <> (occupancy_reason is null)),
  check ((cost_floor is null) <> (cost_floor_reason is null)),
  check ((smoothed is null) = (smoothed_at is null) and (smoothed_before is null) = (smoothed_before_at is null))
);
create index tick_of_hour on market.tick (at);
comment on table market.tick is 'One row per pool and full hour: what the advice of that hour was made of. It can be made again from its row alone.';
comment on column market.tick.at is 'End of the hour that it looks at.';
comment on column market.tick.methodology_version is 'Version of the formulas.';
comment on column market.tick.rented_seconds is 'GPU seconds of the hour that were sold: rentals, and hours of slots, used or not, while the GPU was an ACTIVE member.';
comment on column market.tick.available_seconds is 'GPU seconds of the hour in which GPUs were ACTIVE members of the pool.';
comment on column market.tick.exposed_seconds is 'Of these, those without a booking (slot or on-demand rental): a reservation could take the GPU.';
comment on column market.tick.taken_count is 'Slots that began in the hour on a GPU that had no booking before.';
comment on column market.tick.smoothed_before is 'The average of occupancy before this hour, 0 to 1; null: no hour had capacity before.';
comment on column market.tick.smoothed_before_at is 'Start of the newest hour in it.';
comment on column market.tick.smoothed is 'The average with this hour.';
comment on column market.tick.smoothed_at is 'Start of the newest hour in it.';
comment on column market.tick.occupancy is 'ū: the average as it is used, 0 to 1; null for occupancy_reason.';
comment on column market.tick.occupancy_reason is 'NO_OCCUPANCY (no hour had capacity), OCCUPANCY_STALE (none in the last 24 h).';
comment on column market.tick.sensitivity is 'k of the formula p · exp(k (ū − target)).';
comment on column market.tick.target is 'The occupancy at which a rate stays.';
comment on column market.tick.spot_rate is 'In force at the end of the hour.';
comment on column market.tick.on_demand_rate is 'In force at the end of the hour.';
comment on column market.tick.reserved_rate is 'In force at the end of the hour.';
comment on column market.tick.power_watts is 'Declared; null: nothing is.';
comment on column market.tick.dc_per_kilowatt_hour is 'Declared, DC base units; null: nothing is.';
comment on column market.tick.opex_dc_per_hour is 'Declared, DC base units; null: nothing is.';
comment on column market.tick.declared_cap is 'Declared; null: none.';
comment on column market.tick.cost_floor is 'What an hour costs by what is declared; null for cost_floor_reason.';
comment on column market.tick.cost_floor_reason is 'NOT_DECLARED.';
comment on column market.tick.delegated_spot_floor is 'Bound of the pricer in force on the chain; null: there is none.';
comment on column market.tick.delegated_spot_cap is 'Bound of the pricer in force on the chain; null: there is none.';
comment on column market.tick.delegated_on_demand_floor is 'Bound of the pricer in force on the chain; null: there is none.';
comment on column market.tick.delegated_on_demand_cap is 'Bound of the pricer in force on the chain; null: there is none.';
comment on column market.tick.spot_floor is 'Below it no advice goes: the higher of costs and delegation, 1 without either.';
comment on column market.tick.spot_cap is 'Above it no advice goes: the lower of declaration and delegation, the chain''s limit without either.';
comment on column market.tick.on_demand_floor is 'Likewise.';
comment on column market.tick.on_demand_cap is 'Likewise.';
comment on column market.tick.as_of_block is 'The last indexed block when it was made.';
comment on column market.tick.as_of_hash is 'Its hash.';

create table market.advice (
  pool int8 not null,
  at timestamptz not null,
  tier text not null check (tier in ('SPOT', 'ON_DEMAND', 'RESERVED')),
  rate int8 check (rate > 0),
  reason text,
  stepped int8,
  bound_by text check (bound_by in ('FLOOR', 'CAP', 'ON_DEMAND', 'STEP')),
  primary key (pool, at, tier),
  foreign key (pool, at) references market.tick on delete cascade,
  check ((rate is null) <> (reason is null))
);
comment on table market.advice is 'What each hour''s tick advises, by tier.';
comment on column market.advice.rate is 'What to ask next; null for reason.';
comment on column market.advice.reason is 'NO_OCCUPANCY, OCCUPANCY_STALE, SPOT_BELOW_COST, FLOOR_ABOVE_CAP.';
comment on column market.advice.stepped is 'What the formula came to before bounds; null: nothing.';
comment on column market.advice.bound_by is 'What held it: FLOOR, CAP, ON_DEMAND (spot is at most 0.9 of it), STEP (reserved comes to on-demand by 3 % an hour); null: nothing.';

create table market.price_index (
  model text not null,
  region text not null,
  kind text not null check (kind in ('TRADE', 'ASK_SPOT', 'ASK_ON_DEMAND', 'ASK_RESERVED')),
  at timestamptz not null check (date_trunc('hour', at, 'UTC') = at),
  methodology_version int4 not null,
  dc_per_hour int8,
  reason text,
  count int4 not null,
  volume int8 not null,
  trimmed_seconds int8,
  kept_low int8,
  kept_high int8,
  primary key (model, region, kind, at),
  check ((dc_per_hour is null) <> (reason is null)),
  check ((kind = 'TRADE') = (trimmed_seconds is not null))
);
create index price_index_of_hour on market.price_index (at);
comment on table market.price_index is 'What use of a model in a region was settled at (TRADE), and what is asked for it (ASK_…), at each full hour. Never mixed.';
comment on column market.price_index.kind is 'TRADE: volume-weighted mean of what was settled in the last 24 h, a tenth of the volume trimmed at each side. ASK_…: median of rates in force, weighed by ACTIVE GPUs.';
comment on column market.price_index.dc_per_hour is 'Rounded down; null for reason.';
comment on column market.price_index.reason is 'NO_TRADES, NO_ASKS.';
comment on column market.price_index.count is 'TRADE: burns for use in the 24 h. ASK_…: pools with ACTIVE GPUs.';
comment on column market.price_index.volume is 'TRADE: GPU seconds that they paid for. ASK_…: ACTIVE GPUs.';
comment on column market.price_index.trimmed_seconds is 'TRADE: GPU seconds left out at both sides together.';
comment on column market.price_index.kept_low is 'TRADE: the lowest rate that something is left of.';
comment on column market.price_index.kept_high is 'TRADE: the highest rate that something is left of.';

create view market.hazard as
  select newest.pool, newest.at, sum(t.taken_count)::int8 as taken_count,
         sum(t.exposed_seconds)::float8 / 3600 as exposed_gpu_hours
  from (select pool, max(at) as at from market.tick group by pool) newest
  join market.tick t on t.pool = newest.pool and t.at > newest.at - interval '14 days'
  group by newest.pool, newest.at;
comment on view market.hazard is 'How often reservations took free GPUs of each pool, over the 14 days to its newest tick.';
comment on column market.hazard.at is 'Of the newest tick.';
comment on column market.hazard.taken_count is 'Slots that began on a GPU that had no booking before.';
comment on column market.hazard.exposed_gpu_hours is 'Hours of ACTIVE GPUs without a booking.';

do $$
begin
  if exists (select from pg_roles where rolname = 'bc_reader') then
    grant usage on schema market to bc_reader;
    grant select on all tables in schema market to bc_reader;
  end if;
end
$$;
