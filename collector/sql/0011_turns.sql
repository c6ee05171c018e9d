-- Several collectors may write what they see of the same targets: they take turns, so that each derives its rows from
-- what the tables hold. Every run of a collector is a writer of its own.
create sequence telemetry.writer as integer;
create table telemetry.turn (
  is_only boolean primary key default true check (is_only),
  writer integer
);
insert into telemetry.turn default values;
comment on table telemetry.turn is 'One row, locked by the writer whose turn it is; writer: who wrote last.';

alter table telemetry.gpu add column writer integer;
comment on column telemetry.gpu.writer is 'Which run of a collector wrote of it last.';

comment on column telemetry.sample.time is 'When the scrape was due by the collector''s clock, or when its request was sent if that was much later.';
