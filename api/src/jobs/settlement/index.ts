import type { Address } from "viem";
import { messageOf } from "#kernel/errors.ts";
import type { Health } from "#kernel/metrics.ts";
import { createPool } from "#kernel/pg.ts";
import { backoffMs, sleep } from "#kernel/time.ts";
import { toDatabaseFault } from "../../sources/snapshot.ts";
import { connectNode, toNodeFault } from "../node.ts";
import { RewardsReader } from "./chain/rewards.ts";
import type { Context } from "./context.ts";
import { healthOf, type Pulse } from "./health.ts";
import { takeLedger } from "./ledger/network.ts";
import { lookAndAct } from "./look.ts";
import { SettlementMetrics } from "./metrics.ts";
import { DEFAULT_TERMS, type SettlementOptions } from "./options.ts";
import { Outbox } from "../outbox/outbox.ts";

export type { SettlementOptions, SettlementTerms } from "./options.ts";

/** A settlement job. */
export interface Settlement {
  /** whose keys it signs with */
  readonly addresses: readonly Address[];
  /** Works until the signal is aborted; what fails is said in the health and tried again. */
  run(signal: AbortSignal): Promise<void>;
  health(): Health;
  close(): Promise<void>;
}

/** After an error, the longest pause. */
const MAX_PAUSE_MS = 15_000;
/** Transactions keep the embedded database's one backend: few connections do. */
const CONNECTIONS = 2;

/**
 * Opens the job that brings epochs to their end: settles what is due, closes epochs, gathers their facts once chain and
 * telemetry are through with them, attests, finalizes after the challenge window, and pays wallets. Every step is written
 * down before it is taken, so that it can fall at any point and go on.
 *
 * @throws BaseError `RPC_UNREACHABLE`, `LEDGER_OF_OTHER_NETWORK`, `LEDGER_MISSING`; an error of the database
 */
export async function openSettlement(options: SettlementOptions): Promise<Settlement> {
  const { logger, addresses, signers } = options;
  const terms = { ...DEFAULT_TERMS, ...options.terms };
  const node = connectNode(options.rpcUrl);
  const pool = createPool(options.databaseUrl, { name: "settlement", max: CONNECTIONS });
  const onPoint = options.onPoint ?? (() => undefined);
  try {
    const rewards = new RewardsReader(node, addresses.rewards);
    const [chainId, clock] = await Promise.all([node.getChainId(), rewards.clock()]);
    await takeLedger(pool, node, { chainId, rewards: addresses.rewards, clock }, options.isLedgerNew ?? false);
    const outboxOf = (signer: (typeof signers)[number]): Outbox =>
      new Outbox({ pool, node, chainId, signer, terms, logger, onPoint });
    const [first, ...rest] = signers;
    const outboxes = [outboxOf(first), ...rest.map(outboxOf)] as const;
    const memory = {
      turns: new Map(),
      troubles: new Map(),
      retryAt: new Map(),
      foreign: new Set<string>(),
      agreed: new Set<string>(),
    };
    const context: Context = { pool, node, rewards, addresses, clock, terms, outboxes, logger, onPoint, memory };
    const pulse: Pulse = { startedAt: Date.now() };
    const metrics = new SettlementMetrics(options.registry);
    return {
      addresses: outboxes.map(({ address }) => address),
      run: (signal) => run(context, pulse, metrics, signal),
      health: () => healthOf(context, pulse),
      close: () => pool.end(),
    };
  } catch (error) {
    await pool.end();
    throw toNodeFault(error);
  }
}

async function run(context: Context, pulse: Pulse, metrics: SettlementMetrics, signal: AbortSignal): Promise<void> {
  const { logger, terms } = context;
  for (let failures = 0; !signal.aborted;) {
    let pauseMs = terms.pollMs;
    try {
      const { look, isDone } = await lookAndAct(context);
      failures = 0;
      pulse.lookedAt = Date.now();
      pulse.look = look;
      pulse.error = undefined;
      metrics.see(context, look);
      if (isDone) continue;
    } catch (thrown) {
      const error = toDatabaseFault(toNodeFault(thrown));
      if (pulse.error === undefined || messageOf(pulse.error) !== messageOf(error))
        logger.error({ err: error }, "a look failed");
      pulse.error = error;
      metrics.failed();
      pauseMs = backoffMs(failures++, terms.pollMs, MAX_PAUSE_MS);
    }
    await sleep(pauseMs, signal).catch(() => undefined);
  }
}
