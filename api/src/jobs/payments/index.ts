import { erc20Abi, type Address } from "viem";
import { BaseError, messageOf } from "#kernel/errors.ts";
import type { Logger } from "#kernel/log.ts";
import { closeServer, type Health, type Registry } from "#kernel/metrics.ts";
import { createPool } from "#kernel/pg.ts";
import { backoffMs, sleep } from "#kernel/time.ts";
import { BCT_DECIMALS, formatUnits } from "#kernel/units.ts";
import { toDatabaseFault } from "../../sources/snapshot.ts";
import { connectNode, toNodeFault, type Finality } from "../node.ts";
import type { Signer } from "../keys/signer.ts";
import { DEFAULT_TERMS } from "../settlement/options.ts";
import { Outbox, type OutboxTerms } from "../outbox/outbox.ts";
import type { Context, PaymentAddresses } from "./context.ts";
import { openDoor } from "./door.ts";
import { mintNext } from "./mint.ts";
import { PaymentRows } from "./rows.ts";

export { WEBHOOK_PATH } from "./door.ts";
export { signatureHeader } from "./signature.ts";
export { referenceOf } from "./record.ts";

/** What the processor of payments runs on. */
export interface PaymentsOptions {
  databaseUrl: string;
  rpcUrl: string;
  addresses: PaymentAddresses;
  /** whose BCT are burned; nobody else uses its nonces */
  signer: Signer;
  /** of the webhook, as the payment service gives them */
  secrets: readonly string[];
  /** cents that one payment may have at most */
  maxCents: bigint;
  finality: Finality;
  host: string;
  port: number;
  logger: Logger;
  registry: Registry;
  terms?: Partial<OutboxTerms & { pollMs: number }>;
  /** seconds since 1970 */
  now?: () => number;
  /** told of each point at which a fall must cost nothing, by name; tests fall there */
  onPoint?: (name: string) => void;
}

/** A running processor of payments. */
export interface Payments {
  readonly address: Address;
  /** port that the door listens on */
  readonly port: number;
  /** Mints until the signal is aborted; what fails is said in the health and tried again. */
  run(signal: AbortSignal): Promise<void>;
  health(): Promise<Health>;
  close(): Promise<void>;
}

/** After an error, the longest pause. */
const MAX_PAUSE_MS = 15_000;
/** Few: the embedded database has one backend. */
const CONNECTIONS = 3;

interface Pulse {
  lookedAt?: Date;
  error?: unknown;
  /** wakes the loop */
  wake: () => void;
}

/**
 * Opens the fiat door: a webhook that writes payments down, and the job that mints DC for them from the signer's BCT.
 *
 * @throws BaseError `RPC_UNREACHABLE`, `PAYMENTS_MISSING`, `NO_SECRETS`, `PORT_TAKEN`
 */
export async function openPayments(options: PaymentsOptions): Promise<Payments> {
  const { addresses, signer, logger, finality } = options;
  if (options.secrets.length === 0) throw noSecrets();
  const node = connectNode(options.rpcUrl);
  const pool = createPool(options.databaseUrl, { name: "payments", max: CONNECTIONS });
  const onPoint = options.onPoint ?? (() => undefined);
  const pulse: Pulse = { wake: () => undefined };
  try {
    const chainId = await node.getChainId();
    const rows = new PaymentRows(pool, signer.address);
    await rows.register(chainId, addresses.credits);
    const terms = { ...DEFAULT_TERMS, ...options.terms };
    const outbox = new Outbox({ pool, node, chainId, signer, terms, logger, onPoint, table: "payments.transaction" });
    const context: Context = { pool, node, outbox, rows, addresses, finality, logger, onPoint };
    const health = () => healthOf(context, pulse);
    const server = await openDoor({
      ...{ host: options.host, port: options.port, pool, secrets: options.secrets, health, logger },
      rules: { chainId, maxCents: options.maxCents },
      registry: options.registry,
      onQueued: () => pulse.wake(),
      now: options.now ?? (() => Date.now() / 1_000),
    });
    const bound = server.address();
    return {
      address: signer.address,
      port: typeof bound === "object" && bound ? bound.port : options.port,
      run: (signal) => run(context, pulse, terms.pollMs, signal),
      health,
      close: async () => {
        await closeServer(server);
        await pool.end();
      },
    };
  } catch (error) {
    await pool.end();
    throw toMissing(toNodeFault(error));
  }
}

async function run(context: Context, pulse: Pulse, pollMs: number, signal: AbortSignal): Promise<void> {
  for (let failures = 0; !signal.aborted;) {
    let pauseMs = pollMs;
    const woken = new AbortController();
    pulse.wake = () => woken.abort();
    try {
      const isSent = await mintNext(context);
      failures = 0;
      pulse.lookedAt = new Date();
      pulse.error = undefined;
      if (isSent) continue;
    } catch (thrown) {
      const error = toDatabaseFault(toNodeFault(thrown));
      if (pulse.error === undefined || messageOf(pulse.error) !== messageOf(error))
        context.logger.error({ err: error }, "a look at the payments failed");
      pulse.error = error;
      pauseMs = backoffMs(failures++, pollMs, MAX_PAUSE_MS);
    }
    await sleep(pauseMs, AbortSignal.any([signal, woken.signal])).catch(() => undefined);
  }
}

/** Green while the last look went through and nothing waits. */
async function healthOf({ rows, node, outbox, addresses }: Context, pulse: Pulse): Promise<Health> {
  const [stand, float] = await Promise.all([
    rows.counts().catch(() => undefined),
    node
      .readContract({ address: addresses.token, abi: erc20Abi, functionName: "balanceOf", args: [outbox.address] })
      .catch(() => undefined),
  ]);
  const reasons = [
    ...(pulse.error === undefined ? [] : [messageOf(pulse.error)]),
    ...(stand ? [] : ["the database cannot be read"]),
    ...(stand?.reason ? [`payments wait: ${stand.reason}`] : []),
  ];
  return {
    isHealthy: reasons.length === 0 && pulse.lookedAt !== undefined,
    detail: {
      ...(reasons.length === 0 ? {} : { reasons }),
      signer: outbox.address,
      floatBct: float === undefined ? null : formatUnits(float, BCT_DECIMALS),
      payments: stand?.counts ?? null,
      waitingSince: stand?.waitingSince?.toISOString() ?? null,
      lookedAt: pulse.lookedAt?.toISOString() ?? null,
    },
  };
}

function noSecrets(): BaseError {
  return new BaseError("NO_SECRETS", "the payments' door has no secret to check signatures with", {
    hints: ["put the webhook's signing secret into a file, one a line, and name it with --payment-secrets"],
  });
}

function toMissing(error: unknown): unknown {
  const code = (error as { code?: string }).code;
  if (code !== "42P01" && code !== "3F000") return error;
  return new BaseError("PAYMENTS_MISSING", "the database has no payments", {
    hints: ["run `bc migrate`"],
    cause: error,
  });
}
