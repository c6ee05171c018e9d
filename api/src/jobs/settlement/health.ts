import { BaseError, messageOf } from "#kernel/errors.ts";
import type { Health } from "#kernel/metrics.ts";
import type { Context, Look } from "./context.ts";
import { statusOf } from "./steps/status.ts";

/** When the job last did what. ms since 1970. */
export interface Pulse {
  startedAt: number;
  lookedAt?: number;
  look?: Look;
  /** of the last look, if it failed */
  error?: unknown;
}

/** A look should never take so long, ms. */
const LONG_MS = 300_000;

/** How the job is: healthy if its last look went through, nothing needs a person, and its keys may attest. */
export function healthOf(context: Context, pulse: Pulse): Health {
  const { look, error, lookedAt, startedAt } = pulse;
  const troubles = Object.fromEntries([...context.memory.troubles].map(([epoch, text]) => [`epoch ${epoch}`, text]));
  const strangers = look ? strangersOf(context, look) : [];
  const reasons = [
    ...(error === undefined ? [] : [messageOf(error)]),
    ...(Date.now() - (lookedAt ?? startedAt) > LONG_MS ? ["it has looked at nothing for minutes"] : []),
    ...Object.entries(troubles).map(([name, text]) => `${name}: ${text}`),
    ...strangers.map((address) => `${address} is no oracle of this network: it attests nothing`),
  ];
  return {
    isHealthy: reasons.length === 0 && look !== undefined,
    detail: {
      ...(reasons.length === 0 ? {} : { reasons }),
      ...(error instanceof BaseError && error.hints.length > 0 ? { hints: error.hints } : {}),
      signers: context.outboxes.map(({ address }) => address),
      lookedAt: lookedAt === undefined ? null : new Date(lookedAt).toISOString(),
      ...(look ? progressOf(context, look) : { reason: "it has not looked at the chain yet" }),
    },
  };
}

function strangersOf({ outboxes }: Context, { state }: Look): string[] {
  const oracles = new Set(state.oracles.map((oracle) => oracle.toLowerCase()));
  return outboxes.map(({ address }) => address).filter((address) => !oracles.has(address.toLowerCase()));
}

function progressOf(context: Context, look: Look): Record<string, unknown> {
  const { head, closedCount, committedCount, finalizedCount, round } = look.state;
  const waiting = look.epochs.map((row) => ({ epoch: row.epoch, ...statusOf(context, look, row) }));
  return {
    ...{ headBlock: head.number, finalBlock: look.final.number, closedCount, committedCount, finalizedCount, round },
    epochs: waiting
      .filter(({ state }) => state !== "PAID")
      .map(({ epoch, state, waitsFor }) => ({ epoch, state, waitsFor })),
  };
}
