import { join } from "node:path";
import { Option, type Command } from "commander";
import type { SettlementTerms } from "#api/src/jobs/settlement/index.ts";
import { createLogger } from "#kernel/log.ts";
import { closeServer, createRegistry, serveStatus } from "#kernel/metrics.ts";
import { checkDatabase } from "#kernel/pg.ts";
import type { SettingName } from "#kernel/settings.ts";
import { BCT_DECIMALS, parseUnits } from "#kernel/units.ts";
import { readNumbers, type NumberFlags } from "../flags.ts";
import { oracleSigners } from "../oracle-signers.ts";
import { READY, stopSignal } from "../role.ts";
import { addSettings, databaseUrlOf, rpcUrlOf, settingsOf } from "../settings.ts";

const NAMES = [
  "rpcUrl",
  "chainPort",
  "deployment",
  "dataDir",
  "databaseUrl",
  "databasePort",
  "keystore",
  "passwordFile",
  "signerUrl",
  "signerAddress",
  "finality",
  "host",
  "oraclePort",
  "logLevel",
] as const satisfies SettingName[];

const NUMBERS = {
  pollMs: { flag: "--poll-ms <ms>", help: "pause between two looks [2000]", min: 50, max: 600_000 },
  gasLimit: { flag: "--gas-limit <gas>", help: "the most for one transaction [10000000]", min: 100_000, max: 1e12 },
  maxFeeGwei: { flag: "--max-fee-gwei <gwei>", help: "the most for a unit of gas [500]", min: 1, max: 1_000_000 },
  replaceAfter: { flag: "--replace-after <s>", help: "higher fees after so many seconds [180]", min: 5, max: 86_400 },
  settleAheadSeconds: {
    flag: "--settle-ahead <s>",
    help: "settle rentals and slots so many seconds before an epoch ends, 0 for never [300]",
    max: 86_400,
  },
  batchSize: {
    flag: "--batch <count>",
    help: "rentals, slots or wallets in one transaction [100]",
    min: 1,
    max: 1_000,
  },
  turnSeconds: {
    flag: "--turn-seconds <s>",
    help: "leave what anybody may do to the oracle whose turn it is for so many seconds [60]",
    max: 86_400,
  },
} as const satisfies NumberFlags;

interface Flags {
  leastPayout: string;
  newLedger?: boolean;
}

const HELP = `
One oracle: it settles what is due, closes epochs, computes their rewards, attests, finalizes and pays wallets. Several of
them, each with its key, on one database or on databases of their own, reach the quorum together.

Its key, one of:
  --keystore FILE --password-file FILE        as \`cast wallet import\` or \`geth account new\` write it
  --signer URL --signer-address 0x…           web3signer, clef, or a node of one's own
  ORACLE_KEYS=0x…[,0x…] in the environment    for local chains only; several are so many oracles in one process

It needs ether for gas. What it has sent is in ledger.transaction; /health says what an epoch waits for.`;

/** `bc oracle`: the settlement job of one oracle. */
export function addOracle(program: Command): void {
  const command = program.command("oracle").description("settle, attest, finalize and pay epochs as an oracle");
  addSettings(command, NAMES, { deployment: "JSON file with the contracts' addresses; empty: the local deployment" });
  for (const { flag, help } of Object.values(NUMBERS)) command.addOption(new Option(flag, help));
  command
    .addOption(new Option("--least-payout <bct>", "push no rewards below this to a wallet").default("0"))
    .addOption(new Option("--new-ledger", "empty a ledger that is of another network"))
    .addHelpText("after", HELP)
    .action((flags: Flags) => runOracle(command, flags));
}

async function runOracle(command: Command, flags: Flags): Promise<void> {
  const settings = settingsOf(command, NAMES);
  const terms = { ...termsOf(command, flags), finality: settings.finality };
  const signers = await oracleSigners(settings, process.env["ORACLE_KEYS"] ?? "");
  const { openSettlement } = await import("#api/src/jobs/settlement/index.ts");
  const { addressOf, readDeployment } = await import("#devnet/deployment.ts");
  const deployment = readDeployment(settings.deployment || join(settings.dataDir, "deployment.json"));
  const logger = createLogger("oracle", settings.logLevel);
  const signal = stopSignal(logger);
  const databaseUrl = databaseUrlOf(settings);
  await checkDatabase(databaseUrl);
  const registry = createRegistry("oracle");
  const job = await openSettlement({
    databaseUrl,
    rpcUrl: rpcUrlOf(settings),
    addresses: {
      rewards: addressOf(deployment, "EpochRewards"),
      market: addressOf(deployment, "Marketplace"),
      slots: addressOf(deployment, "TimeSlots"),
    },
    ...{ signers, logger, registry, terms, isLedgerNew: flags.newLedger === true },
  });
  const { host, oraclePort: port } = settings;
  const health = () => job.health();
  const server = await serveStatus({ host, port, registry, health, portSetting: "ORACLE_PORT (--oracle-port)" });
  logger.info({ oracles: job.addresses }, READY);
  await job.run(signal);
  await closeServer(server);
  await job.close();
}

function termsOf(command: Command, { leastPayout }: Flags): Partial<SettlementTerms> {
  const given = readNumbers(NUMBERS, command.opts());
  const { gasLimit, maxFeeGwei, replaceAfter, turnSeconds, ...same } = given;
  return {
    ...same,
    leastPayout: parseUnits(leastPayout, BCT_DECIMALS),
    ...(gasLimit === undefined ? {} : { gasLimit: BigInt(gasLimit) }),
    ...(maxFeeGwei === undefined ? {} : { maxFeePerGas: BigInt(maxFeeGwei) * 10n ** 9n }),
    ...(replaceAfter === undefined ? {} : { replaceAfterMs: replaceAfter * 1_000 }),
    ...(turnSeconds === undefined ? {} : { turnMs: turnSeconds * 1_000 }),
  };
}
