import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseEther } from "viem";
import { as, accountOf, type Network } from "./market/wallets.ts";
import type { MarketPlan } from "./market/plan.ts";
import type { KeyHolder } from "./oracles.ts";
import type { RoleFlags } from "./role-set.ts";

/** Account that mints for payments: nobody else sends from it. */
const PROCESSOR = 26;
/** BCT that it is given when it has little left, and what is little. */
const FLOAT_BCT = parseEther("20000");
const LITTLE_BCT = FLOAT_BCT / 10n;
const GAS_WEI = parseEther("1");

/** Where a local network keeps the secret of its webhook and its admin's token. */
export function paymentFiles(dataDir: string): { secrets: string; token: string } {
  const dir = join(dataDir, "payments");
  return { secrets: join(dir, "webhook-secret"), token: join(dir, "admin-token") };
}

/** Those files, made where there are none yet. */
export function keepPaymentFiles(dataDir: string): { secrets: string; token: string } {
  const files = paymentFiles(dataDir);
  mkdirSync(join(dataDir, "payments"), { recursive: true });
  for (const [path, prefix] of [
    [files.secrets, "whsec_"],
    [files.token, "admin_"],
  ] as const) {
    if (!existsSync(path)) writeFileSync(path, `${prefix}${randomBytes(24).toString("hex")}\n`, { mode: 0o600 });
  }
  return files;
}

/** The secret of the local network's webhook; undefined where none was started here. */
export function webhookSecret(dataDir: string): string | undefined {
  const { secrets } = paymentFiles(dataDir);
  return existsSync(secrets) ? readFileSync(secrets, "utf8").trim() : undefined;
}

/** Gives the processor BCT to burn, and ether where the chain gave it none. */
export async function fundProcessor(network: Network, plan: MarketPlan): Promise<void> {
  const { address } = accountOf(PROCESSOR);
  const { node, token } = network;
  const by = as(plan.deployer, network);
  const [wei, bct] = await Promise.all([node.getBalance({ address }), token.read.balanceOf([address])]);
  if (bct < LITTLE_BCT) await network.mined(token.write.transfer([address, FLOAT_BCT], by));
  if (wei < GAS_WEI / 10n) {
    const { signTransaction } = by.account;
    const fees = await node.estimateFeesPerGas();
    const nonce = await node.getTransactionCount({ address: by.account.address });
    const raw = await signTransaction({
      ...{ type: "eip1559", chainId: network.chain.id, to: address, value: GAS_WEI, gas: 21_000n, nonce },
      ...fees,
    });
    await network.mined(node.sendRawTransaction({ serializedTransaction: raw }));
  }
}

/** How `bc payments` runs on our own chain, whose keys everybody knows. */
export function paymentsRole(given: KeyHolder): {
  flags: RoleFlags;
  env: Record<string, string>;
} {
  const key = Buffer.from(accountOf(PROCESSOR).getHdKey().privateKey ?? []).toString("hex");
  return {
    flags: {
      "--rpc": given.rpcUrl,
      "--database": given.databaseUrl,
      "--deployment": join(given.dataDir, "deployment.json"),
      "--payment-secrets": keepPaymentFiles(given.dataDir).secrets,
      "--host": given.host,
      "--payments-port": given.port,
      "--finality": 1,
    },
    env: {
      ...{ PAYMENTS_KEYSTORE: "", PAYMENTS_PASSWORD_FILE: "", PAYMENTS_SIGNER: "", PAYMENTS_ADDRESS: "" },
      PAYMENTS_KEYS: key,
    },
  };
}
