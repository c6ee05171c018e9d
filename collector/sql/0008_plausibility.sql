-- How plausible each GPU's telemetry is, and the work that one collector does for all: see "Plausibility" in the README.
create table telemetry.duty (
  name text primary key,
  holder text not null,
  expires_at timestamptz not null,
  done_through timestamptz,
  ran_at timestamptz,
  error text
);
comment on table telemetry.duty is 'Work that one collector at a time does, and which: it is free once expires_at has passed.';
comment on column telemetry.duty.done_through is 'Of work that goes along with time: everything before it is done.';
comment on column telemetry.duty.ran_at is 'When it was done last, well or not.';
comment on column telemetry.duty.error is 'What failed the last time; null when nothing did.';

create table telemetry.plausibility_hour (
  gpu_key integer not null,
  hour timestamptz not null,
  facts jsonb not null,
  sketch bigint[] not null,
  primary key (gpu_key, hour)
);
create index plausibility_hour_hour on telemetry.plausibility_hour (hour);
comment on table telemetry.plausibility_hour is 'What the samples of one hour say, to be judged with those of its day; kept until the day after is over.';

create table telemetry.plausibility (
  gpu_key integer not null,
  day timestamptz not null,
  methodology_version integer not null,
  score real check (score between 0 and 1),
  reason text,
  known_share real not null check (known_share between 0 and 1),
  hours integer not null,
  assessed_through timestamptz not null,
  findings jsonb not null,
  sketch bigint[] not null,
  primary key (gpu_key, day),
  check ((score is null) = (reason is not null))
);
create index plausibility_day on telemetry.plausibility (day);
create index plausibility_sketch on telemetry.plausibility using gin (sketch);
comment on table telemetry.plausibility is 'How plausible the telemetry of each physical GPU is, by UTC day: a score with its evidence, no verdict.';
comment on column telemetry.plausibility.score is '1: nothing speaks against it; 0: as good as impossible; null: no data, see reason.';
comment on column telemetry.plausibility.known_share is 'Share of all findings, by weight, that the data of the day could tell.';
comment on column telemetry.plausibility.hours is 'Hours of the day with samples.';
comment on column telemetry.plausibility.assessed_through is 'Up to here the day has been looked at; its end once it is over.';
comment on column telemetry.plausibility.findings is 'Of each kind: severity 0 to 1 (null: not known, and why), weight, numbers with units, the window, and words.';
comment on column telemetry.plausibility.sketch is 'The smallest hashes of the day''s runs of readings, by which copies are found; emptied after 30 days.';

do $$
begin
  if exists (select from pg_roles where rolname = 'bc_reader') then
    grant select on all tables in schema telemetry to bc_reader;
  end if;
end
$$;
