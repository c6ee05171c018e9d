import { reputationJob } from "../reputation/index.ts";
import { pricingJob } from "../pricing/index.ts";
import type { HourlyJob, JobContext } from "./job.ts";

/** Every hourly job there is, by name, in the order in which they take turns. */
export const HOURLY_JOBS: Readonly<Record<string, (context: JobContext) => HourlyJob>> = {
  reputation: reputationJob,
  pricing: pricingJob,
};
