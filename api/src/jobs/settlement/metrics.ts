import { Counter, Gauge, type Registry } from "#kernel/metrics.ts";
import type { Context, Look } from "./context.ts";

/** What the job tells Prometheus. */
export class SettlementMetrics {
  readonly #epochs: Gauge<"step">;
  readonly #troubles: Gauge;
  readonly #looks: Counter<"outcome">;
  readonly #lookedAt: Gauge;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#epochs = new Gauge({
      name: "bc_settlement_epochs",
      help: "Epochs that are over (ended), and how many of them are closed, have facts, are committed, final",
      labelNames: ["step"],
      registers,
    });
    this.#troubles = new Gauge({
      name: "bc_settlement_troubles",
      help: "Epochs that somebody has to look at",
      registers,
    });
    this.#looks = new Counter({
      name: "bc_settlement_looks_total",
      help: "Looks at chain and ledger, by outcome",
      labelNames: ["outcome"],
      registers,
    });
    this.#lookedAt = new Gauge({
      name: "bc_settlement_looked_at_seconds",
      help: "When the last look went through, seconds since 1970",
      registers,
    });
  }

  /** A look went through. */
  see({ clock, memory }: Context, { state, epochs }: Look): void {
    const ended = Math.floor((Number(state.head.timestamp) - clock.genesisTime) / clock.epochLength);
    const bare = epochs.filter(({ epoch, facts }) => epoch < state.closedCount && !facts).length;
    this.#epochs.set({ step: "ended" }, ended);
    this.#epochs.set({ step: "closed" }, state.closedCount);
    this.#epochs.set({ step: "settled" }, state.closedCount - bare);
    this.#epochs.set({ step: "committed" }, state.committedCount);
    this.#epochs.set({ step: "final" }, state.finalizedCount);
    this.#troubles.set(memory.troubles.size);
    this.#looks.inc({ outcome: "ok" });
    this.#lookedAt.set(Date.now() / 1_000);
  }

  /** A look failed. */
  failed(): void {
    this.#looks.inc({ outcome: "failed" });
  }
}
