import { join } from "node:path";
import { Option, type Command } from "commander";
import { BaseError } from "#kernel/errors.ts";
import { createLogger } from "#kernel/log.ts";
import { createRegistry } from "#kernel/metrics.ts";
import { checkDatabase } from "#kernel/pg.ts";
import type { SettingName } from "#kernel/settings.ts";
import { readNumbers, type NumberFlags } from "../flags.ts";
import { oracleSigners } from "../oracle-signers.ts";
import { READY, stopSignal } from "../role.ts";
import { readSecrets } from "../secrets.ts";
import { addSettings, databaseUrlOf, rpcUrlOf, settingsOf } from "../settings.ts";

const NAMES = [
  "rpcUrl",
  "chainPort",
  "deployment",
  "dataDir",
  "databaseUrl",
  "databasePort",
  "paymentSecretsFile",
  "paymentsKeystore",
  "paymentsPasswordFile",
  "paymentsSigner",
  "paymentsAddress",
  "finality",
  "host",
  "paymentsPort",
  "logLevel",
] as const satisfies SettingName[];

const NUMBERS = {
  maxCents: { flag: "--max-cents <cents>", help: "the most of one payment [1000000]", min: 1, max: 1e12 },
  maxFeeGwei: { flag: "--max-fee-gwei <gwei>", help: "the most for a unit of gas [500]", min: 1, max: 1_000_000 },
  replaceAfter: { flag: "--replace-after <s>", help: "higher fees after so many seconds [180]", min: 5, max: 86_400 },
} as const satisfies NumberFlags;

const KEY_NAMES = {
  keystore: "--payments-keystore",
  passwordFile: "--payments-password-file",
  signer: "--payments-signer",
  address: "--payments-signer-address",
  keys: "PAYMENTS_KEYS",
};

const HELP = `
Takes events of payments at POST /webhooks/payments, in Stripe's signature scheme, and mints Data Credits for them: a DC for a
dollar, from the BCT of the processor's key, under keccak256 of the payment's id. The payment's metadata say for whom:
"wallet" (0x and 40 hex digits) and "chain" (the chain's id).

The processor's key, one of:
  --payments-keystore FILE --payments-password-file FILE
  --payments-signer URL --payments-signer-address 0x…
  PAYMENTS_KEYS=0x… in the environment              for local chains only

It needs BCT, and ether for gas; nothing else may send from it. What came is in payments.payment; /health says what waits.`;

/** `bc payments`: the fiat door. */
export function addPayments(program: Command): void {
  const command = program.command("payments").description("take payments of money, and mint Data Credits for them");
  addSettings(command, NAMES, { deployment: "JSON file with the contracts' addresses; empty: the local deployment" });
  for (const { flag, help } of Object.values(NUMBERS)) command.addOption(new Option(flag, help));
  command.addHelpText("after", HELP).action(() => runPayments(command));
}

async function runPayments(command: Command): Promise<void> {
  const settings = settingsOf(command, NAMES);
  const { maxCents, maxFeeGwei, replaceAfter } = readNumbers(NUMBERS, command.opts());
  const secrets = secretsOf(settings.paymentSecretsFile);
  const keys = {
    keystore: settings.paymentsKeystore,
    passwordFile: settings.paymentsPasswordFile,
    signerUrl: settings.paymentsSigner,
    signerAddress: settings.paymentsAddress,
  };
  const [signer] = await oracleSigners(keys, process.env["PAYMENTS_KEYS"] ?? "", KEY_NAMES);
  const { openPayments } = await import("#api/src/jobs/payments/index.ts");
  const { addressOf, readDeployment } = await import("#devnet/deployment.ts");
  const deployment = readDeployment(settings.deployment || join(settings.dataDir, "deployment.json"));
  const logger = createLogger("payments", settings.logLevel);
  const signal = stopSignal(logger);
  const databaseUrl = databaseUrlOf(settings);
  await checkDatabase(databaseUrl);
  const job = await openPayments({
    databaseUrl,
    rpcUrl: rpcUrlOf(settings),
    addresses: {
      token: addressOf(deployment, "ComputeToken"),
      credits: addressOf(deployment, "DataCredits"),
      priceFeed: addressOf(deployment, "PriceFeed"),
    },
    ...{ signer, secrets, logger, registry: createRegistry("payments"), finality: settings.finality },
    maxCents: BigInt(maxCents ?? 1_000_000),
    ...{ host: settings.host, port: settings.paymentsPort },
    terms: {
      ...(maxFeeGwei === undefined ? {} : { maxFeePerGas: BigInt(maxFeeGwei) * 10n ** 9n }),
      ...(replaceAfter === undefined ? {} : { replaceAfterMs: replaceAfter * 1_000 }),
    },
  });
  logger.info({ processor: job.address, port: job.port }, READY);
  await job.run(signal);
  await job.close();
}

function secretsOf(path: string): [string, ...string[]] {
  if (path !== "") return readSecrets(path);
  throw new BaseError("BAD_SETTINGS", "no secret of the payments' webhook is given", {
    hints: ["write it into a file, and name that with --payment-secrets"],
  });
}
