import { NO_BUDGETS, type Budgets } from "./access/budgets.ts";

/** How strict the server is with those who ask. */
export interface Policy {
  /** web origins, separated by commas, that may ask in their user's name and sign in; empty: this machine's browser */
  origins: string;
  /** addresses and networks, separated by commas, whose X-Forwarded-For counts; empty: nobody's */
  trustedProxies: string;
  /** chain that wallets sign in on; nothing: the one that the settlement job's ledger is of */
  chainId: number | undefined;
  /** node that knows of contracts' signatures; nothing: only plain wallets can sign in */
  rpcUrl: string | undefined;
  sessionHours: number;
  budgets: Budgets;
  /** points that one operation may cost */
  maxCost: number;
  /** a folder or a JSON file; empty: none */
  trustedDocuments: string;
  /** refuses every other document */
  isTrustedOnly: boolean;
  timeouts: Timeouts;
}

/** How long a client may take, milliseconds. */
export interface Timeouts {
  /** until a request's headers are there */
  headersMs: number;
  /** until the whole request is there */
  requestMs: number;
  /** without a byte in either direction */
  idleMs: number;
  /** until a connection without a request is closed */
  keepAliveMs: number;
  /** how often that is looked after */
  checkMs: number;
  /** how long open requests may go on once the server stops */
  drainMs: number;
}

/** What holds where nothing else is said: no limits of rate. */
export const DEFAULT_POLICY: Policy = {
  origins: "",
  trustedProxies: "",
  chainId: undefined,
  rpcUrl: undefined,
  sessionHours: 168,
  budgets: NO_BUDGETS,
  maxCost: 25_000,
  trustedDocuments: "",
  isTrustedOnly: false,
  timeouts: {
    headersMs: 10_000,
    requestMs: 30_000,
    idleMs: 60_000,
    keepAliveMs: 10_000,
    checkMs: 1_000,
    drainMs: 8_000,
  },
};
