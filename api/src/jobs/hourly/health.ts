import { BaseError, messageOf } from "#kernel/errors.ts";
import type { Health } from "#kernel/metrics.ts";
import { timeText } from "./job.ts";
import type { JobRunner } from "./runner.ts";
import type { Pulse } from "./schedule.ts";

/** An hour should never take so long, ms. */
const LONG_MS = 600_000;

/** How the jobs are: healthy if the last look went through and no job's last hour failed. */
export function healthOf(runners: readonly JobRunner[], { startedAt, lookedAt, error }: Pulse): Health {
  const failed = runners.filter(({ status }) => status.error !== undefined);
  const reasons = [
    ...(error === undefined ? [] : [messageOf(error)]),
    ...(Date.now() - (lookedAt ?? startedAt) > LONG_MS ? ["it has looked at nothing for minutes"] : []),
    ...failed.map(({ job, status }) => `${job.name}: ${messageOf(status.error)}`),
  ];
  const hints = [error, ...failed.map(({ status }) => status.error)].flatMap((one) =>
    one instanceof BaseError ? one.hints : [],
  );
  return {
    isHealthy: reasons.length === 0 && lookedAt !== undefined,
    detail: {
      ...(reasons.length > 0 ? { reasons } : lookedAt === undefined ? { reason: "it has not looked yet" } : {}),
      ...(hints.length > 0 ? { hints } : {}),
      lookedAt: lookedAt === undefined ? null : new Date(lookedAt).toISOString(),
      jobs: Object.fromEntries(runners.map(({ job, status }) => [job.name, statusJson(status)])),
    },
  };
}

function statusJson({ doneThrough, waitsFor }: JobRunner["status"]): Record<string, unknown> {
  return {
    doneThrough: doneThrough === undefined ? null : timeText(doneThrough),
    ...(waitsFor === undefined ? {} : { waits: waitsFor }),
  };
}
