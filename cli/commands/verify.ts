import { join } from "node:path";
import { Option, type Command } from "commander";
import { EVIDENCE, type ChainWord, type Evidence } from "#api/src/verify/chain-word.ts";
import type { Verification } from "#api/src/verify/verify.ts";
import { BaseError } from "#kernel/errors.ts";
import { checkReachable, createPool } from "#kernel/pg.ts";
import type { SettingName } from "#kernel/settings.ts";
import { readNumbers } from "../flags.ts";
import { readInputsFile } from "../inputs-file.ts";
import { addSettings, databaseUrlOf, rpcUrlOf, settingsOf } from "../settings.ts";

const NAMES = [
  "databaseUrl",
  "databasePort",
  "rpcUrl",
  "chainPort",
  "deployment",
  "dataDir",
] as const satisfies SettingName[];
const NUMBERS = { epoch: { flag: "--epoch <number>", help: "the epoch, from 0", max: 2 ** 31 - 2 } } as const;

interface Flags {
  wallet?: string;
  inputs?: string;
  telemetry: Evidence;
  json?: boolean;
}

const EXAMPLES = `
Rebuilds an epoch from the chain and the telemetry, settles it again, and compares roots, total, hash and methodology with
what oracles committed on the chain, which is asked by RPC. Where they differ it says which inputs, and which minutes.
  bc verify --epoch 12
  bc verify --epoch 12 --wallet 0x…         what the wallet earned, each line term by term, in words and numbers
  bc verify --inputs epoch-12.json          from inputs that were published; no database is asked

--telemetry samples reads each sample again (2 s for a day of 200 GPUs every 10 s); minutes reads their roll-ups; kept takes
the DOWN minutes as they were kept hour by hour.
Exit code: 0 if all is as it must be; 1 on any difference, or with the reason why it can't be told.`;

/** `bc verify`: whether an epoch's rewards are what chain and telemetry give. */
export function addVerify(program: Command): void {
  const command = program.command("verify").description("recompute an epoch's rewards and compare them with the chain");
  addSettings(command, NAMES)
    .addOption(new Option(NUMBERS.epoch.flag, NUMBERS.epoch.help))
    .addOption(new Option("--wallet <address>", "also derive each line of this wallet"))
    .addOption(new Option("--inputs <file>", "published inputs instead of the database; - for the standard input"))
    .addOption(
      new Option("--telemetry <source>", "what DOWN minutes are read from").choices(EVIDENCE).default("samples"),
    )
    .addOption(new Option("--json", "all of it as JSON, on one line"))
    .addHelpText("after", EXAMPLES)
    .action((flags: Flags) => runVerify(command, flags));
}

async function runVerify(command: Command, { wallet, inputs, telemetry, json = false }: Flags): Promise<void> {
  if (wallet !== undefined && !/^0x[0-9a-fA-F]{40}$/.test(wallet)) {
    throw new BaseError("BAD_FLAG", `--wallet is "${wallet}", but must be an address: 0x and 40 hex digits`);
  }
  const settings = settingsOf(command, NAMES);
  const { epoch } = readNumbers(NUMBERS, command.opts());
  const { addressOf, readDeployment } = await import("#devnet/deployment.ts");
  const { readChainWord } = await import("../rewards-contract.ts");
  const deployment = readDeployment(settings.deployment || join(settings.dataDir, "deployment.json"));
  const chain = await readChainWord(rpcUrlOf(settings), addressOf(deployment, "EpochRewards"));
  const found = await (inputs === undefined
    ? verifyDatabase(databaseUrlOf(settings), chain, { epoch, evidence: telemetry })
    : verifyInputs(inputs, chain, epoch));
  const { verificationJson, verificationTable } = await import("../verification-table.ts");
  process.stdout.write(
    `${json ? JSON.stringify(verificationJson(found, wallet)) : verificationTable(found, wallet)}\n`,
  );
  if (found.differences.length > 0) process.exitCode = 1;
}

async function verifyDatabase(
  databaseUrl: string,
  chain: ChainWord,
  { epoch, evidence }: { epoch: number | undefined; evidence: Evidence },
): Promise<Verification> {
  if (epoch === undefined) {
    throw new BaseError("BAD_FLAG", "no epoch is given", { hints: ["pass --epoch <number>; `bc epochs` lists them"] });
  }
  const { verifyEpoch } = await import("#api/src/verify/verify.ts");
  await checkReachable(databaseUrl);
  const pool = createPool(databaseUrl, { name: "bc-verify", max: 1 });
  return verifyEpoch(pool, chain, { epoch, evidence }).finally(() => pool.end());
}

async function verifyInputs(file: string, chain: ChainWord, epoch: number | undefined): Promise<Verification> {
  const { verifyFile } = await import("#api/src/verify/verify.ts");
  const inputs = await readInputsFile(file);
  if (epoch !== undefined && epoch !== inputs.epoch) {
    throw new BaseError("BAD_FLAG", `--epoch is ${epoch}, but ${file} has the inputs of epoch ${inputs.epoch}`);
  }
  return verifyFile(chain, inputs);
}
