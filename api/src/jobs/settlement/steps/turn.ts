import type { Context, Look } from "../context.ts";

/**
 * Whether it is ours to do what anybody may: each epoch has an oracle whose turn it is; the next ones follow when it
 * hasn't been done for a while. So two jobs rarely do the same, and one that is away holds nothing up.
 */
export function isOurTurn({ outboxes, terms, memory }: Context, { state }: Look, epoch: number, what: string): boolean {
  const own = new Set(outboxes.map(({ address }) => address.toLowerCase()));
  const count = state.oracles.length;
  const ranks = state.oracles.flatMap((oracle, place) =>
    own.has(oracle.toLowerCase()) ? [(place - (epoch % count) + count) % count] : [],
  );
  const rank = Math.min(count, ...ranks);
  const key = `${what} ${epoch}`;
  const since = memory.turns.get(key) ?? Date.now();
  memory.turns.set(key, since);
  return Date.now() - since >= rank * terms.turnMs;
}
