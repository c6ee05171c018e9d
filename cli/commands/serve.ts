import type { Command } from "commander";
import { BaseError } from "#kernel/errors.ts";
import { createLogger } from "#kernel/log.ts";
import { checkDatabase } from "#kernel/pg.ts";
import type { ChainOptions } from "#api/src/chain/index.ts";
import type { SettingName, Settings } from "#kernel/settings.ts";
import { readSecrets } from "../secrets.ts";
import { READY, stopSignal, untilAborted } from "../role.ts";
import { addSettings, databaseUrlOf, settingsOf } from "../settings.ts";

const POLICY = [
  "rpcUrl",
  "origins",
  "trustedProxies",
  "chainId",
  "sessionHours",
  "anonymousCost",
  "signedInCost",
  "maxCost",
  "trustedDocuments",
  "trustedMode",
] as const satisfies SettingName[];
const NAMES = [
  "databaseUrl",
  "databasePort",
  "host",
  "apiPort",
  "chainPort",
  "deployment",
  "dataDir",
  "paymentsTokenFile",
  ...POLICY,
  "logLevel",
] as const satisfies SettingName[];

const HELPS = {
  rpcUrl: "Ethereum JSON-RPC: transactions are prepared on it, contract wallets sign in by it; empty: the local anvil",
  deployment: "JSON file with the contracts' addresses; empty: the local deployment, or none: nothing is prepared",
};

/** `bc serve`: the GraphQL API on a database. */
export function addServe(program: Command): void {
  const command = program.command("serve").description("serve the GraphQL API");
  addSettings(command, NAMES, HELPS).action(async () => {
    const settings = settingsOf(command, NAMES);
    const { startApi } = await import("#api/main.ts");
    const { chainOf } = await import("../chain.ts");
    const chain = chainOf(settings);
    const policy = policyOf(settings, chain);
    const [paymentsToken] = settings.paymentsTokenFile === "" ? [] : readSecrets(settings.paymentsTokenFile);
    const logger = createLogger("api", settings.logLevel);
    const signal = stopSignal(logger);
    const databaseUrl = databaseUrlOf(settings);
    await checkDatabase(databaseUrl);
    const api = await startApi({
      databaseUrl,
      host: settings.host,
      port: settings.apiPort,
      logger,
      policy,
      chain,
      paymentsToken,
    });
    logger.info({ url: api.url, chainId: chain?.chainId }, READY);
    await untilAborted(signal);
    await api.stop();
  });
}

/** How strict the server is, as the settings have it. */
function policyOf(settings: Pick<Settings, (typeof POLICY)[number]>, chain: ChainOptions | undefined) {
  const { origins, trustedProxies, sessionHours, maxCost, trustedDocuments, trustedMode } = settings;
  if (trustedMode === "only" && trustedDocuments === "") {
    throw new BaseError("BAD_SETTINGS", "only trusted documents are to be run, and none are given", {
      hints: ["set TRUSTED_DOCUMENTS to a folder or a JSON file", "or leave TRUSTED_MODE at allow"],
    });
  }
  return {
    ...{ origins, trustedProxies, sessionHours, maxCost, trustedDocuments },
    chainId: settings.chainId ?? chain?.chainId,
    rpcUrl: settings.rpcUrl || chain?.rpcUrl,
    budgets: { anonymous: settings.anonymousCost, signedIn: settings.signedInCost },
    isTrustedOnly: trustedMode === "only",
  };
}
