import { onParentGone } from "#kernel/child.ts";
import type { Logger } from "#kernel/log.ts";

/** How long a role may take to stop before it is cut off. */
const STOP_MS = 10_000;

/**
 * A signal that is aborted when this process is asked to stop: by Ctrl-C, by SIGTERM, or because the process that
 * started it is gone. A second Ctrl-C, or a stop that takes too long, ends it at once.
 */
export function stopSignal(logger: Logger): AbortSignal {
  const controller = new AbortController();
  const stop = (why: string): void => {
    if (controller.signal.aborted) process.exit(1);
    logger.info({ why }, "stopping");
    controller.abort();
    setTimeout(() => process.exit(1), STOP_MS).unref();
  };
  process.on("SIGINT", () => stop("SIGINT"));
  process.on("SIGTERM", () => stop("SIGTERM"));
  onParentGone(() => stop("the process that started this one is gone"));
  return controller.signal;
}

/** The line by which `bc up` sees that a role can be used. */
export const READY = "ready";

/** Resolves when the signal is aborted. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
