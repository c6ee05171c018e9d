import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { migrate } from "#database/migrate.ts";
import { openTestDatabase } from "#database/testing.ts";
import { startChain } from "#devnet/chain.ts";
import { addressOf, buildContracts, deployContracts } from "#devnet/deployment.ts";
import { accountOf, as, connect, type Network } from "#devnet/market/wallets.ts";
import { rpcCall } from "#devnet/rpc.ts";
import { freePorts } from "#devnet/testing.ts";
import { silentLogger } from "#kernel/log.ts";
import { createRegistry } from "#kernel/metrics.ts";
import { createPool, type Pool } from "#kernel/pg.ts";
import { startApi } from "../../main.ts";
import { openPayments, signatureHeader, WEBHOOK_PATH, type Payments } from "../../src/jobs/payments/index.ts";
import { rawKeySigner } from "../../src/jobs/keys/raw-key.ts";
import { EPOCH_TABLES } from "../chain-tables.ts";

/** Account that mints for payments. */
export const DOOR = 20;
/** Accepted while they take turns. */
export const SECRETS = ["whsec_new", "whsec_old"] as const;
/** Of the processor's admin. */
export const TOKEN = "the-admins-token";

/** What an event's payment is about. */
export interface Paid {
  payment: string;
  cents: number;
  wallet: string;
  [over: string]: unknown;
}

/** A door on a chain with the real contracts, and an API beside it. */
export interface PaymentsFixture {
  network: Network;
  pool: Pool;
  apiUrl: string;
  rpc<T>(method: string, params?: readonly unknown[]): Promise<T>;
  /** A door whose job doesn't run by itself; with `fall` it breaks off at the point of that name. */
  open(fall?: { fallAt: string; onFall: () => void }): Promise<Payments>;
  /** Sends a body, signed. */
  post(
    door: Payments,
    body: object | string,
    header?: string,
  ): Promise<{ status: number; answer: Record<string, unknown> }>;
  /** BCT to the processor, wei. */
  fund(amount: bigint): Promise<void>;
  /** What the indexer would write of the mints, from the chain itself. */
  index(): Promise<void>;
  close(): Promise<void>;
}

/** Deploys the contracts and makes the databases. */
export async function openPaymentsFixture(): Promise<PaymentsFixture> {
  const dir = mkdtempSync(join(tmpdir(), "bc-payments-"));
  const [port = 0] = await freePorts(1);
  const [chain, database] = await Promise.all([
    startChain({ dir: join(dir, "chain"), host: "127.0.0.1", port, blockSeconds: 0 }),
    openTestDatabase(),
    buildContracts(),
  ]);
  const sql = fileURLToPath(new URL("../../sql", import.meta.url));
  await migrate(database.url, [{ room: "api", dir: sql }], silentLogger);
  const pool = createPool(database.url, { name: "test", max: 1 });
  await pool.query(EPOCH_TABLES);
  await pool.query(MINTS);
  const deployment = await deployContracts(chain.rpcUrl, accountOf(0).address, join(dir, "deployment.json"));
  const network = connect(chain.rpcUrl, deployment);
  const common = { databaseUrl: database.url, host: "127.0.0.1", port: 0, logger: silentLogger };
  const api = await startApi({ ...common, paymentsToken: TOKEN, policy: { chainId: 31_337 } });
  const rpc = <T>(method: string, params: readonly unknown[] = []) => rpcCall<T>(chain.rpcUrl, method, params);
  return {
    ...{ network, pool, apiUrl: api.url, rpc },
    open: (fall) =>
      openPayments({
        ...common,
        rpcUrl: chain.rpcUrl,
        addresses: {
          token: addressOf(deployment, "ComputeToken"),
          credits: addressOf(deployment, "DataCredits"),
          priceFeed: addressOf(deployment, "PriceFeed"),
        },
        signer: rawKeySigner(Buffer.from(accountOf(DOOR).getHdKey().privateKey ?? []).toString("hex")),
        ...{ secrets: SECRETS, maxCents: 1_000_000n, finality: 0, registry: createRegistry("test") },
        terms: { pollMs: 20, doubtMs: 0 },
        onPoint: (name) => {
          if (name !== fall?.fallAt) return;
          fall.onFall();
          throw new Error(`fallen at ${name}`);
        },
      }),
    post,
    fund: (amount) => network.mined(network.token.write.transfer([accountOf(DOOR).address, amount], as(0, network))),
    index: () => index(network, pool),
    close: async () => {
      await api.stop();
      await pool.end();
      await database.close();
      await chain.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** The event of a payment that succeeded. */
export function eventOf({ payment, cents, wallet, ...over }: Paid, event = `evt_${payment}`) {
  return {
    ...{ id: event, type: "payment_intent.succeeded", created: Math.floor(Date.now() / 1_000) },
    data: {
      object: {
        ...{ id: payment, amount: cents, amount_received: cents, currency: "usd", status: "succeeded" },
        metadata: { wallet, chain: "31337" },
        ...over,
      },
    },
  };
}

/** The event of a payment whose money goes back. */
export function backOf(payment: string, type = "charge.refunded") {
  const created = Math.floor(Date.now() / 1_000);
  return {
    id: `evt_${type.replaceAll(".", "_")}_${payment}`,
    type,
    created,
    data: { object: { payment_intent: payment } },
  };
}

async function post(door: Payments, body: object | string, header?: string) {
  const bytes = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  const response = await fetch(`http://127.0.0.1:${door.port}${WEBHOOK_PATH}`, {
    method: "POST",
    headers: { "stripe-signature": header ?? signatureHeader(bytes, SECRETS[0], Date.now() / 1_000) },
    body: bytes,
  });
  return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
}

const MINTS = `drop table chain.credits_mint;
create table chain.credits_mint (payer bytea, recipient bytea, payment_reference bytea, amount_dc numeric)`;

async function index({ credits, node }: Network, pool: Pool): Promise<void> {
  const logs = await credits.getEvents.CreditsMinted({}, { fromBlock: 0n });
  const bytes = (hex = "0x"): Buffer => Buffer.from(hex.slice(2), "hex");
  await pool.query("truncate chain.credits_mint, chain.head");
  for (const { args } of logs) {
    await pool.query("insert into chain.credits_mint values ($1, $2, $3, $4)", [
      ...[bytes(args.payer), bytes(args.recipient), bytes(args.paymentReference), String(args.dcAmount)],
    ]);
  }
  const { number, hash, timestamp } = await node.getBlock({ blockTag: "latest" });
  await pool.query("insert into chain.head values ($1, $2, $3)", [number, hash, timestamp]);
}
