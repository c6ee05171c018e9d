import { resolve } from "node:path";
import { z } from "zod";
import { BaseError } from "./errors.ts";

/** One setting of the project: where it is read from, what it may be, and what it is for. */
interface Setting<T> {
  /** environment variable */
  env: string;
  /** command-line flag, which wins over the variable */
  flag: string;
  /** text used when neither is given; shown in the README */
  fallback: string;
  help: string;
  parse: z.ZodType<T, string>;
}

const setting = <T>(
  env: string,
  flag: string,
  fallback: string,
  help: string,
  parse: z.ZodType<T, string>,
): Setting<T> => ({
  env,
  flag,
  fallback,
  help,
  parse,
});

const port = z
  .string()
  .regex(/^\d+$/, "must be a port number")
  .transform(Number)
  .refine((value) => value <= 65_535, "must be at most 65535");
const count = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, "must be a whole number")
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be ${min} to ${max}`);
const url = (...protocols: string[]) =>
  z.string().refine(
    (value) => {
      if (value === "") return true;
      return URL.canParse(value) && protocols.includes(new URL(value).protocol);
    },
    `must be a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(" or ")}`,
  );
const path = z
  .string()
  .min(1, "must not be empty")
  .transform((value) => resolve(value));
const networks = z
  .string()
  .regex(
    /^([0-9a-fA-F.:]+(\/\d{1,3})?(\s*,\s*[0-9a-fA-F.:]+(\/\d{1,3})?)*)?$/,
    "must be addresses or networks such as 10.0.0.0/8",
  );
const optionalPath = z.string().transform((value) => (value === "" ? "" : resolve(value)));

/** Every setting. The README's table is made from this; defaults work on one machine. */
export const SETTINGS = {
  dataDir: setting("DATA_DIR", "--data", ".data", "folder for everything kept on this machine", path),
  databaseUrl: setting(
    "DATABASE_URL",
    "--database",
    "",
    "PostgreSQL server with TimescaleDB; empty: the embedded one",
    url("postgres:", "postgresql:"),
  ),
  databasePort: setting("DATABASE_PORT", "--database-port", "54329", "port of the embedded database", port),
  rpcUrl: setting("RPC_URL", "--rpc", "", "Ethereum JSON-RPC; empty: a local anvil", url("http:", "https:")),
  chainPort: setting("CHAIN_PORT", "--chain-port", "8545", "port of the local anvil", port),
  blockSeconds: setting(
    "BLOCK_SECONDS",
    "--block-seconds",
    "5",
    "seconds after which the local anvil makes a block without transactions",
    count(1, 60),
  ),
  deployment: setting(
    "DEPLOYMENT",
    "--deployment",
    "",
    "JSON file with the contracts' addresses and start block; empty: made by the local deployment",
    optionalPath,
  ),
  manifest: setting(
    "MANIFEST",
    "--manifest",
    "",
    "built subgraph manifest for `bc index`; `npm start` builds its own",
    optionalPath,
  ),
  apiPort: setting("PORT", "--port", "4000", "port of the GraphQL API", port),
  host: setting(
    "HOST",
    "--host",
    "127.0.0.1",
    "address that servers listen on",
    z.string().min(1, "must not be empty"),
  ),
  origins: setting(
    "API_ORIGINS",
    "--origins",
    "",
    "web sites that may use the API in their user's name and sign wallets in; empty: this machine's browser at PORT",
    z.string(),
  ),
  trustedProxies: setting(
    "TRUSTED_PROXIES",
    "--trusted-proxies",
    "",
    "addresses and networks of proxies whose X-Forwarded-For tells a client's address; empty: nobody's",
    networks,
  ),
  chainId: setting(
    "CHAIN_ID",
    "--chain-id",
    "",
    "chain that wallets sign in on; empty: the deployment's, or else that of the settlement job's ledger",
    z
      .string()
      .regex(/^\d{0,15}$/, "must be a whole number")
      .transform((text) => (text === "" ? undefined : Number(text))),
  ),
  sessionHours: setting(
    "SESSION_HOURS",
    "--session-hours",
    "168",
    "how long a wallet stays signed in",
    count(1, 8_760),
  ),
  anonymousCost: setting(
    "ANONYMOUS_COST",
    "--anonymous-cost",
    "100000",
    "points of query cost a minute for an address (of IPv6 a /64) that isn't signed in; 0: no limit",
    count(0, 1_000_000_000),
  ),
  signedInCost: setting(
    "SIGNED_IN_COST",
    "--signed-in-cost",
    "300000",
    "points of query cost a minute for a wallet, with all its sessions and keys; 0: no limit",
    count(0, 100_000_000),
  ),
  maxCost: setting("MAX_COST", "--max-cost", "25000", "points that one operation may cost", count(100, 10_000_000)),
  trustedDocuments: setting(
    "TRUSTED_DOCUMENTS",
    "--trusted-documents",
    "",
    "documents that clients may name by their sha256: a folder of *.graphql, or a JSON object of sha256 → document",
    optionalPath,
  ),
  trustedMode: setting(
    "TRUSTED_MODE",
    "--trusted-mode",
    "allow",
    "allow: any document is run; only: none but the trusted ones",
    z.enum(["allow", "only"], "must be allow or only"),
  ),
  indexerPort: setting("INDEXER_PORT", "--indexer-port", "4001", "port of the indexer's /health and /metrics", port),
  collectorPort: setting(
    "COLLECTOR_PORT",
    "--collector-port",
    "4002",
    "port of the collector's /health, /metrics and /targets",
    port,
  ),
  oraclePort: setting(
    "ORACLE_PORT",
    "--oracle-port",
    "4003",
    "port of the settlement job's /health and /metrics",
    port,
  ),
  jobsPort: setting("JOBS_PORT", "--jobs-port", "4005", "port of the hourly jobs' /health and /metrics", port),
  finality: setting(
    "FINALITY",
    "--finality",
    "finalized",
    "blocks that epochs and scores may stand on: those that the node calls finalized, or those so many below its head",
    z
      .string()
      .regex(/^(finalized|\d{1,6})$/, 'must be "finalized" or a number of blocks')
      .transform((text) => (text === "finalized" ? ("finalized" as const) : Number(text))),
  ),
  keystore: setting(
    "ORACLE_KEYSTORE",
    "--keystore",
    "",
    "keystore file (version 3) with the oracle's key",
    optionalPath,
  ),
  passwordFile: setting(
    "ORACLE_PASSWORD_FILE",
    "--password-file",
    "",
    "file with the keystore's password",
    optionalPath,
  ),
  signerUrl: setting(
    "ORACLE_SIGNER",
    "--signer",
    "",
    "external signer over JSON-RPC (eth_signTransaction) that keeps the oracle's key",
    url("http:", "https:"),
  ),
  signerAddress: setting(
    "ORACLE_ADDRESS",
    "--signer-address",
    "",
    "the oracle's address at the external signer",
    z
      .string()
      .regex(/^(0x[0-9a-fA-F]{40})?$/, "must be an address")
      .transform((text) => text as "" | `0x${string}`),
  ),
  paymentsPort: setting(
    "PAYMENTS_PORT",
    "--payments-port",
    "4006",
    "port of the fiat door: /webhooks/payments, /health and /metrics; put a proxy with TLS before it",
    port,
  ),
  paymentSecretsFile: setting(
    "PAYMENT_SECRETS_FILE",
    "--payment-secrets",
    "",
    "file with the signing secrets of the payments' webhook, one a line",
    optionalPath,
  ),
  paymentsTokenFile: setting(
    "PAYMENTS_TOKEN_FILE",
    "--payments-token",
    "",
    "file with the token by which the API shows payments to the processor's admin; empty: to nobody",
    optionalPath,
  ),
  paymentsKeystore: setting(
    "PAYMENTS_KEYSTORE",
    "--payments-keystore",
    "",
    "keystore file (version 3) with the processor's key, which holds the BCT to be burned for payments",
    optionalPath,
  ),
  paymentsPasswordFile: setting(
    "PAYMENTS_PASSWORD_FILE",
    "--payments-password-file",
    "",
    "file with that keystore's password",
    optionalPath,
  ),
  paymentsSigner: setting(
    "PAYMENTS_SIGNER",
    "--payments-signer",
    "",
    "external signer over JSON-RPC (eth_signTransaction) that keeps the processor's key",
    url("http:", "https:"),
  ),
  paymentsAddress: setting(
    "PAYMENTS_ADDRESS",
    "--payments-signer-address",
    "",
    "the processor's address at the external signer",
    z
      .string()
      .regex(/^(0x[0-9a-fA-F]{40})?$/, "must be an address")
      .transform((text) => text as "" | `0x${string}`),
  ),
  dashboardsPort: setting("DASHBOARDS_PORT", "--dashboards-port", "4007", "port of the dashboards' preview", port),
  fleetPort: setting("FLEET_PORT", "--fleet-port", "9400", "port of the simulated fleet's exporters", port),
  targetsFile: setting(
    "TARGETS_FILE",
    "--targets",
    "",
    "exporters to scrape, in Prometheus' file_sd JSON or YAML; empty: the simulated fleet",
    optionalPath,
  ),
  scrapeConfig: setting(
    "SCRAPE_CONFIG",
    "--scrape-config",
    "",
    "jobs to scrape for `bc collect`, in the shape of prometheus.yml: TLS, credentials, http_sd",
    optionalPath,
  ),
  allowPrivate: setting(
    "ALLOW_PRIVATE",
    "--allow-private",
    "no",
    "addresses to scrape beside the internet's: yes (private, loopback), or networks such as 10.0.0.0/8,fd00::/8",
    z.string(),
  ),
  scrapeSeconds: setting(
    "SCRAPE_SECONDS",
    "--scrape-seconds",
    "10",
    "seconds between two scrapes of one target",
    count(1, 300),
  ),
  pushTokensFile: setting(
    "PUSH_TOKENS_FILE",
    "--push-tokens",
    "",
    "operators' tokens, JSON: takes remote write of their Prometheus, and tells them their targets; empty: doesn't",
    optionalPath,
  ),
  pushHost: setting(
    "PUSH_HOST",
    "--push-host",
    "127.0.0.1",
    "address for operators' Prometheus; put a proxy with TLS before it",
    z.string().min(1, "must not be empty"),
  ),
  pushPort: setting(
    "PUSH_PORT",
    "--push-port",
    "4004",
    "port of /api/v1/write and /sd/targets for operators' Prometheus",
    port,
  ),
  size: setting(
    "SIZE",
    "--size",
    "month",
    "simulated network of a first start: small (24 GPUs, 80 hours), month (208 GPUs, 30 days) or large (1040 GPUs)",
    z.enum(["small", "month", "large"], "must be small, month or large"),
  ),
  seed: setting("SEED", "--seed", "1", "seed of the simulated market and fleet", count(0, 4_294_967_295)),
  logLevel: setting(
    "LOG_LEVEL",
    "--log-level",
    "info",
    "debug, info, warn or error",
    z.enum(["debug", "info", "warn", "error"], "must be debug, info, warn or error"),
  ),
} as const;

export type SettingName = keyof typeof SETTINGS;
export type Settings = { readonly [K in SettingName]: z.output<(typeof SETTINGS)[K]["parse"]> };

/**
 * Reads the named settings, flags before environment before default, and freezes them.
 *
 * @param flags texts by setting name, as the command line gave them
 * @throws BaseError `BAD_SETTINGS` that lists every faulty setting at once
 */
export function readSettings<K extends SettingName>(
  names: readonly K[],
  flags: Partial<Record<string, string | undefined>> = {},
  env: NodeJS.ProcessEnv = process.env,
): Pick<Settings, K> {
  const values: Partial<Record<SettingName, unknown>> = {};
  const faults: string[] = [];
  for (const name of names) {
    const { env: variable, flag, fallback, parse } = SETTINGS[name];
    const text = flags[name] ?? env[variable] ?? fallback;
    const result = (parse as z.ZodType<unknown, string>).safeParse(text);
    if (result.success) values[name] = result.data;
    else
      faults.push(
        `${variable} (${flag}) is "${hidePassword(text)}" but ${result.error.issues.map((issue) => issue.message).join(", ")}`,
      );
  }
  if (faults.length > 0) {
    throw new BaseError("BAD_SETTINGS", `${faults.length} faulty setting${faults.length > 1 ? "s" : ""}`, {
      hints: faults,
    });
  }
  return Object.freeze(values) as Pick<Settings, K>;
}

/** A faulty URL can't be parsed, and still may hold a password. */
const hidePassword = (text: string): string => text.replace(/:(?!\/).*@/, ":***@");
