-- Several collectors may write what they see of the same targets: they take turns, so that each derives its rows from
-- what the tables hold.
create table telemetry.turn (
  is_only boolean primary key default true check (is_only),
  collector_key integer
);
insert into telemetry.turn default values;
comment on table telemetry.turn is 'One row, locked by the collector that writes; collector_key wrote last.';

alter table telemetry.gpu add column writer_key integer;
comment on column telemetry.gpu.writer_key is 'The collector that wrote of it last, where there are several; null: the only one there has been.';

comment on column telemetry.sample.time is 'When the scrape was due by the collector''s clock, or when its request was sent if that was much later.';
