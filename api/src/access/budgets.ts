import type { Bucket } from "./who.ts";

/** Points of query cost a minute; 0: no limit. */
export interface Budgets {
  /** of who isn't signed in, by address */
  anonymous: number;
  /** of a wallet, by all of its sessions and keys together */
  signedIn: number;
}

/** How many wallets' worth one address may use: wallets cost nothing to make, addresses do. */
const WALLETS_OF_ADDRESS = 10;

/** No limits at all. */
export const NO_BUDGETS: Budgets = { anonymous: 0, signedIn: 0 };

/** The bucket of a stranger. */
export function anonymousBuckets({ anonymous }: Budgets, client: string): Bucket[] {
  return limited([{ id: `address:${client}`, perMinute: anonymous }]);
}

/** The buckets of a wallet that is signed in. */
export function walletBuckets({ signedIn }: Budgets, account: string, client: string): Bucket[] {
  return limited([
    { id: `wallet:${account}`, perMinute: signedIn },
    { id: `wallets-of:${client}`, perMinute: signedIn * WALLETS_OF_ADDRESS },
  ]);
}

/** The buckets of an API key: its own, and unless who runs the server granted it, those of its wallet. */
export function keyBuckets(
  budgets: Budgets,
  key: { id: string; account: string; costPerMinute: number; isGranted: boolean },
  client: string,
): Bucket[] {
  const own = { id: `key:${key.id}`, perMinute: key.costPerMinute };
  return key.isGranted ? [own] : [own, ...walletBuckets(budgets, key.account, client)];
}

const limited = (buckets: Bucket[]): Bucket[] => buckets.filter(({ perMinute }) => perMinute > 0);
