import { join } from "node:path";
import { Option, type Command } from "commander";
import type { HourlyJob, JobContext } from "#api/src/jobs/hourly/index.ts";
import { BaseError } from "#kernel/errors.ts";
import { createLogger } from "#kernel/log.ts";
import { closeServer, createRegistry, serveStatus } from "#kernel/metrics.ts";
import { checkDatabase } from "#kernel/pg.ts";
import type { SettingName } from "#kernel/settings.ts";
import { ORACLE_KEY_NAMES, oracleSigners as signersOf } from "../oracle-signers.ts";
import { READY, stopSignal } from "../role.ts";
import { addSettings, databaseUrlOf, rpcUrlOf, settingsOf } from "../settings.ts";

const NAMES = [
  "rpcUrl",
  "chainPort",
  "databaseUrl",
  "databasePort",
  "finality",
  "host",
  "jobsPort",
  "logLevel",
  "deployment",
  "dataDir",
  "keystore",
  "passwordFile",
  "signerUrl",
  "signerAddress",
] as const satisfies SettingName[];

interface Flags {
  once?: boolean;
  only?: string;
  postRates?: boolean;
}

const HELP = `
Each job works every UTC hour once its facts are complete: a final block, the indexer and the telemetry have passed its end.
/health says what it waits for. Several processes may run: one does a job at a time. Hours that were missed are made up
for, the oldest first.

With --post-rates each hour's price advice is also set on the chain, for the pools whose operators have named our account as
their pricer (setPricer), within the bounds that they gave it. Its key, which nobody else may use, one of:
  --keystore FILE --password-file FILE
  --signer URL --signer-address 0x…
  PRICER_KEY=0x… in the environment           for local chains only`;

/** `bc jobs`: what is worked out anew every hour. */
export function addJobs(program: Command): void {
  const command = program.command("jobs").description("work out each hour's scores once its facts are complete");
  addSettings(command, NAMES)
    .addOption(new Option("--once", "work the hours that are complete, then end"))
    .addOption(new Option("--only <names>", "these jobs alone, with commas between"))
    .addOption(new Option("--post-rates", "set pools' rates on the chain as their delegated pricer [POST_RATES=yes]"))
    .addHelpText("after", HELP)
    .action((flags: Flags) => runJobs(command, flags));
}

async function runJobs(command: Command, flags: Flags): Promise<void> {
  const settings = settingsOf(command, NAMES);
  const { openHourlyJobs } = await import("#api/src/jobs/hourly/index.ts");
  const { HOURLY_JOBS } = await import("#api/src/jobs/hourly/jobs.ts");
  const names = namesOf(flags.only, Object.keys(HOURLY_JOBS));
  const logger = createLogger("jobs", settings.logLevel);
  const signal = stopSignal(logger);
  const isPosting = flags.postRates === true || process.env["POST_RATES"] === "yes";
  const posting = isPosting ? [await postingOf(settings)] : [];
  const databaseUrl = databaseUrlOf(settings);
  await checkDatabase(databaseUrl);
  const registry = createRegistry("jobs");
  const jobs = openHourlyJobs({
    databaseUrl,
    rpcUrl: rpcUrlOf(settings),
    finality: settings.finality,
    jobs: [...names.flatMap((name) => HOURLY_JOBS[name] ?? []), ...posting],
    ...{ logger, registry },
  });
  try {
    if (flags.once) return await jobs.once(signal);
    const { host, jobsPort: port } = settings;
    const health = () => jobs.health();
    const server = await serveStatus({ host, port, registry, health, portSetting: "JOBS_PORT (--jobs-port)" });
    logger.info({ jobs: names, isPosting }, READY);
    await jobs.run(signal);
    await closeServer(server);
  } finally {
    await jobs.close();
  }
}

/** The job that posts rates, with the key that the settings name. */
async function postingOf(settings: Settings): Promise<(context: JobContext) => HourlyJob> {
  const { postingJob } = await import("#api/src/jobs/posting/index.ts");
  const { addressOf, readDeployment } = await import("#devnet/deployment.ts");
  const [signer] = await signersOf(settings, process.env["PRICER_KEY"] ?? "", {
    ...ORACLE_KEY_NAMES,
    keys: "PRICER_KEY",
  });
  const deployment = readDeployment(settings.deployment || join(settings.dataDir, "deployment.json"));
  return postingJob({ registry: addressOf(deployment, "PoolRegistry"), signer });
}

type Settings = ReturnType<typeof settingsOf<(typeof NAMES)[number]>>;

function namesOf(only: string | undefined, all: readonly string[]): readonly string[] {
  if (only === undefined) return all;
  const names = [...new Set(only.split(",").map((name) => name.trim()))];
  const strangers = names.filter((name) => !all.includes(name));
  if (strangers.length === 0) return names;
  throw new BaseError(
    "BAD_FLAG",
    `--only names ${strangers.map((name) => `"${name}"`).join(", ")}: there is no such job`,
    {
      hints: [`the jobs are: ${all.join(", ")}`],
    },
  );
}
