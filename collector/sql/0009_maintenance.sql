-- Where no background worker runs TimescaleDB's jobs, a collector does: when it ran each the last time.
create table telemetry.maintenance (
  job_id integer primary key,
  ran_at timestamptz not null,
  took_ms integer not null,
  error text
);
comment on table telemetry.maintenance is 'TimescaleDB''s jobs on our tables as a collector runs them; empty where the database runs them itself.';
comment on column telemetry.maintenance.error is 'Why the last run failed; null when it did not.';

do $$
begin
  if exists (select from pg_roles where rolname = 'bc_reader') then
    grant select on telemetry.maintenance to bc_reader;
  end if;
end
$$;
