import { join } from "node:path";
import type { MarketPlan } from "./market/plan.ts";
import { accountOf } from "./market/wallets.ts";
import type { RoleFlags } from "./role-set.ts";

/** What a role that holds keys of our own chain is told. */
export interface KeyHolder {
  dataDir: string;
  databaseUrl: string;
  rpcUrl: string;
  host: string;
  port: number;
}

/** How `bc oracle` runs on our own chain, whose keys everybody knows: enough of them for a quorum, in one process. */
export function oraclesRole(
  plan: MarketPlan,
  { dataDir, databaseUrl, rpcUrl, host, port }: KeyHolder,
): { flags: RoleFlags; env: Record<string, string> } {
  const keys = plan.oracles.map((index) => Buffer.from(accountOf(index).getHdKey().privateKey ?? []));
  return {
    flags: {
      "--rpc": rpcUrl,
      "--database": databaseUrl,
      "--deployment": join(dataDir, "deployment.json"),
      "--host": host,
      "--oracle-port": port,
      "--finality": 1,
      "--turn-seconds": 0,
      "--settle-ahead": 60,
      "--new-ledger": true,
    },
    env: {
      ...{ ORACLE_KEYSTORE: "", ORACLE_PASSWORD_FILE: "", ORACLE_SIGNER: "", ORACLE_ADDRESS: "" },
      ORACLE_KEYS: keys.map((key) => key.toString("hex")).join(),
    },
  };
}
