-- no-transaction
-- Continuous aggregates 1 minute -> 1 hour -> 1 day. Every column is a sum, a minimum or a maximum, so that each level
-- adds up from the one below. `x_sum` is the integral of x over time and `x_seconds` the time in which x was read: their
-- quotient is the mean (the views telemetry.rollup_* give it).
create materialized view if not exists telemetry.gpu_1m
with (timescaledb.continuous, timescaledb.materialized_only = false) as
select
  gpu_key,
  time_bucket(interval '1 minute', time) as bucket,
  count(*)::integer as sample_count,
  min(time) as first_at,
  max(time) as last_at,
  max(covers_until) as covers_until,
  sum(covered_seconds::float8) as covered_seconds,
  sum(energy_joules) / 3600 as energy_watt_hours,
  sum(covered_seconds::float8) filter (where util_ratio >= 0.05) as busy_seconds,
  sum(covered_seconds::float8) filter (where clock_event_reasons & 232 <> 0) as throttled_seconds,
  sum(covered_seconds::float8) filter (where clock_event_reasons is not null) as throttle_known_seconds,
  sum(util_ratio::float8 * covered_seconds) as util_sum,
  sum(covered_seconds::float8) filter (where util_ratio is not null) as util_seconds,
  max(util_ratio) as util_max,
  sum(tensor_active_ratio::float8 * covered_seconds) as tensor_sum,
  sum(covered_seconds::float8) filter (where tensor_active_ratio is not null) as tensor_seconds,
  sum(dram_active_ratio::float8 * covered_seconds) as dram_sum,
  sum(covered_seconds::float8) filter (where dram_active_ratio is not null) as dram_seconds,
  sum(power_watts::float8 * covered_seconds) as power_sum,
  sum(covered_seconds::float8) filter (where power_watts is not null) as power_seconds,
  min(power_watts) as power_min,
  max(power_watts) as power_max,
  sum(gpu_temp_celsius::float8 * covered_seconds) as gpu_temp_sum,
  sum(covered_seconds::float8) filter (where gpu_temp_celsius is not null) as gpu_temp_seconds,
  max(gpu_temp_celsius) as gpu_temp_max,
  max(mem_temp_celsius) as mem_temp_max,
  sum(sm_clock_hertz::float8 * covered_seconds) as sm_clock_sum,
  sum(covered_seconds::float8) filter (where sm_clock_hertz is not null) as sm_clock_seconds,
  sum(sm_clock_hertz::float8 * covered_seconds) filter (where util_ratio >= 0.05) as busy_sm_clock_sum,
  sum(covered_seconds::float8) filter (where util_ratio >= 0.05 and sm_clock_hertz is not null) as busy_sm_clock_seconds,
  sum(fb_used_bytes * covered_seconds) as fb_used_sum,
  sum(covered_seconds::float8) filter (where fb_used_bytes is not null) as fb_used_seconds,
  max(fb_used_bytes) as fb_used_max,
  sum(pcie_tx_bytes_per_second::float8 * covered_seconds) as pcie_tx_bytes,
  sum(pcie_rx_bytes_per_second::float8 * covered_seconds) as pcie_rx_bytes,
  sum(nvlink_bytes_per_second::float8 * covered_seconds) as nvlink_bytes,
  max(ecc_dbe_total) as ecc_dbe_total,
  max(remap_uncorrectable_total) as remap_uncorrectable_total,
  max(row_remap_failed) as row_remap_failed,
  max(page_retirement_pending) as page_retirement_pending
from telemetry.sample
group by 1, 2
with no data;
--;;
create materialized view if not exists telemetry.gpu_1h
with (timescaledb.continuous, timescaledb.materialized_only = false) as
select
  gpu_key,
  time_bucket(interval '1 hour', bucket) as bucket,
  sum(sample_count)::integer as sample_count,
  min(first_at) as first_at,
  max(last_at) as last_at,
  max(covers_until) as covers_until,
  sum(covered_seconds) as covered_seconds,
  sum(energy_watt_hours) as energy_watt_hours,
  sum(busy_seconds) as busy_seconds,
  sum(throttled_seconds) as throttled_seconds,
  sum(throttle_known_seconds) as throttle_known_seconds,
  sum(util_sum) as util_sum,
  sum(util_seconds) as util_seconds,
  max(util_max) as util_max,
  sum(tensor_sum) as tensor_sum,
  sum(tensor_seconds) as tensor_seconds,
  sum(dram_sum) as dram_sum,
  sum(dram_seconds) as dram_seconds,
  sum(power_sum) as power_sum,
  sum(power_seconds) as power_seconds,
  min(power_min) as power_min,
  max(power_max) as power_max,
  sum(gpu_temp_sum) as gpu_temp_sum,
  sum(gpu_temp_seconds) as gpu_temp_seconds,
  max(gpu_temp_max) as gpu_temp_max,
  max(mem_temp_max) as mem_temp_max,
  sum(sm_clock_sum) as sm_clock_sum,
  sum(sm_clock_seconds) as sm_clock_seconds,
  sum(busy_sm_clock_sum) as busy_sm_clock_sum,
  sum(busy_sm_clock_seconds) as busy_sm_clock_seconds,
  sum(fb_used_sum) as fb_used_sum,
  sum(fb_used_seconds) as fb_used_seconds,
  max(fb_used_max) as fb_used_max,
  sum(pcie_tx_bytes) as pcie_tx_bytes,
  sum(pcie_rx_bytes) as pcie_rx_bytes,
  sum(nvlink_bytes) as nvlink_bytes,
  max(ecc_dbe_total) as ecc_dbe_total,
  max(remap_uncorrectable_total) as remap_uncorrectable_total,
  max(row_remap_failed) as row_remap_failed,
  max(page_retirement_pending) as page_retirement_pending
from telemetry.gpu_1m
group by 1, 2
with no data;
--;;
create materialized view if not exists telemetry.gpu_1d
with (timescaledb.continuous, timescaledb.materialized_only = false) as
select
  gpu_key,
  time_bucket(interval '1 day', bucket) as bucket,
  sum(sample_count)::integer as sample_count,
  min(first_at) as first_at,
  max(last_at) as last_at,
  max(covers_until) as covers_until,
  sum(covered_seconds) as covered_seconds,
  sum(energy_watt_hours) as energy_watt_hours,
  sum(busy_seconds) as busy_seconds,
  sum(throttled_seconds) as throttled_seconds,
  sum(throttle_known_seconds) as throttle_known_seconds,
  sum(util_sum) as util_sum,
  sum(util_seconds) as util_seconds,
  max(util_max) as util_max,
  sum(tensor_sum) as tensor_sum,
  sum(tensor_seconds) as tensor_seconds,
  sum(dram_sum) as dram_sum,
  sum(dram_seconds) as dram_seconds,
  sum(power_sum) as power_sum,
  sum(power_seconds) as power_seconds,
  min(power_min) as power_min,
  max(power_max) as power_max,
  sum(gpu_temp_sum) as gpu_temp_sum,
  sum(gpu_temp_seconds) as gpu_temp_seconds,
  max(gpu_temp_max) as gpu_temp_max,
  max(mem_temp_max) as mem_temp_max,
  sum(sm_clock_sum) as sm_clock_sum,
  sum(sm_clock_seconds) as sm_clock_seconds,
  sum(busy_sm_clock_sum) as busy_sm_clock_sum,
  sum(busy_sm_clock_seconds) as busy_sm_clock_seconds,
  sum(fb_used_sum) as fb_used_sum,
  sum(fb_used_seconds) as fb_used_seconds,
  max(fb_used_max) as fb_used_max,
  sum(pcie_tx_bytes) as pcie_tx_bytes,
  sum(pcie_rx_bytes) as pcie_rx_bytes,
  sum(nvlink_bytes) as nvlink_bytes,
  max(ecc_dbe_total) as ecc_dbe_total,
  max(remap_uncorrectable_total) as remap_uncorrectable_total,
  max(row_remap_failed) as row_remap_failed,
  max(page_retirement_pending) as page_retirement_pending
from telemetry.gpu_1h
group by 1, 2
with no data;
--;;
create materialized view if not exists telemetry.target_1m
with (timescaledb.continuous, timescaledb.materialized_only = false) as
select
  target_key,
  collector_key,
  time_bucket(interval '1 minute', time) as bucket,
  count(*)::integer as scrape_count,
  (count(*) filter (where is_up))::integer as good_count,
  max(due_until) as due_until,
  max(duration_ms) as duration_ms_max
from telemetry.scrape
group by 1, 2, 3
with no data;
