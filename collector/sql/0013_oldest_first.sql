-- The policies' batches are committed one by one, the newest first unless told otherwise; and an aggregate's newest row says how
-- far it reaches. So in the middle of a backlog minutes that have samples would be seen as without any, and GPUs as DOWN.
select alter_job(job_id, config => config || '{"refresh_newest_first": false}')
from timescaledb_information.jobs
where proc_name = 'policy_refresh_continuous_aggregate' and hypertable_schema = 'telemetry';
