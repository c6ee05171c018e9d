-- no-transaction
-- start_offset stays inside the retention of the level below (a refresh past it would delete what it can't recompute), and
-- reaches back far enough that late data is folded in. end_offset of the minutes leaves the newest 5 to be read from the
-- samples themselves, so that a delayed batch is seen at once.
alter table telemetry.sample set (timescaledb.enable_columnstore, timescaledb.segmentby = 'gpu_key', timescaledb.orderby = 'time desc');
--;;
alter table telemetry.scrape set (timescaledb.enable_columnstore, timescaledb.segmentby = 'target_key', timescaledb.orderby = 'time desc');
--;;
alter materialized view telemetry.gpu_1m set (timescaledb.enable_columnstore, timescaledb.segmentby = 'gpu_key', timescaledb.orderby = 'bucket desc');
--;;
alter materialized view telemetry.target_1m set (timescaledb.enable_columnstore, timescaledb.segmentby = 'target_key', timescaledb.orderby = 'bucket desc');
--;;
select add_continuous_aggregate_policy('telemetry.gpu_1m', start_offset => interval '29 days', end_offset => interval '5 minutes', schedule_interval => interval '1 minute', buckets_per_batch => 120, if_not_exists => true);
--;;
select add_continuous_aggregate_policy('telemetry.target_1m', start_offset => interval '29 days', end_offset => interval '5 minutes', schedule_interval => interval '1 minute', buckets_per_batch => 120, if_not_exists => true);
--;;
select add_continuous_aggregate_policy('telemetry.gpu_1h', start_offset => interval '30 days', end_offset => interval '1 hour', schedule_interval => interval '10 minutes', buckets_per_batch => 24, if_not_exists => true);
--;;
select add_continuous_aggregate_policy('telemetry.gpu_1d', start_offset => interval '60 days', end_offset => interval '1 day', schedule_interval => interval '1 hour', buckets_per_batch => 30, if_not_exists => true);
--;;
call add_columnstore_policy('telemetry.sample', after => interval '1 day', if_not_exists => true);
--;;
call add_columnstore_policy('telemetry.scrape', after => interval '1 day', if_not_exists => true);
--;;
call add_columnstore_policy('telemetry.gpu_1m', after => interval '30 days', if_not_exists => true);
--;;
call add_columnstore_policy('telemetry.target_1m', after => interval '30 days', if_not_exists => true);
--;;
select add_retention_policy('telemetry.sample', drop_after => interval '30 days', if_not_exists => true);
--;;
select add_retention_policy('telemetry.scrape', drop_after => interval '30 days', if_not_exists => true);
--;;
select add_retention_policy('telemetry.gpu_1m', drop_after => interval '180 days', if_not_exists => true);
--;;
select add_retention_policy('telemetry.target_1m', drop_after => interval '180 days', if_not_exists => true);
