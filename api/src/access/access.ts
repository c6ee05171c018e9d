import type { Logger } from "#kernel/log.ts";
import type { Pool } from "#kernel/pg.ts";
import { readSecret } from "../sources/access.ts";
import { NO_BUDGETS, type Budgets } from "./budgets.ts";
import type { Origins } from "./origins.ts";
import { createVerifier, type Verifier } from "./signatures.ts";
import { Tokens } from "./tokens.ts";

/** What `createAccess` needs. */
export interface AccessOptions {
  pool: Pool;
  logger: Logger;
  origins: Origins;
  budgets: Budgets;
  /** chain that wallets sign in on; nothing: the one that the settlement job's ledger is of */
  chainId: number | undefined;
  /** node that knows of contracts' signatures; nothing: only plain wallets can sign in */
  rpcUrl: string | undefined;
  sessionMs: number;
}

/** What signing in, keys and recognizing them share. */
export interface Access extends Omit<AccessOptions, "rpcUrl"> {
  /** read when first needed: strangers need no database to be recognized as such */
  tokens(): Promise<Tokens>;
  verify: Verifier;
  now(): Date;
}

/** What keys are granted by: who runs the server answers to nobody's limits. */
export function operatorAccess(pool: Pool): Pick<Access, "pool" | "tokens" | "budgets" | "now"> {
  const now = (): Date => new Date();
  return { pool, now, budgets: NO_BUDGETS, tokens: async () => new Tokens(await readSecret(pool, now())) };
}

/** The means of recognizing who asks, on a database that all processes share. */
export function createAccess({ rpcUrl, ...options }: AccessOptions): Access {
  let tokens: Promise<Tokens> | undefined;
  const now = (): Date => new Date();
  const load = async (): Promise<Tokens> => new Tokens(await readSecret(options.pool, now()));
  return {
    ...options,
    now,
    verify: createVerifier(rpcUrl),
    tokens: () => {
      tokens ??= load();
      tokens.catch(() => (tokens = undefined));
      return tokens;
    },
  };
}
