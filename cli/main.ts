import { Command, CommanderError } from "commander";
import { onParentSays } from "#kernel/child.ts";
import { followClock } from "#kernel/clock.ts";
import { describeError } from "#kernel/errors.ts";
import { addApiKey } from "./commands/api-key.ts";
import { addCollect } from "./commands/collect.ts";
import { addDashboards } from "./commands/dashboards.ts";
import { addDeployments } from "./commands/deployments.ts";
import { addDevnet } from "./commands/devnet.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addEpochs } from "./commands/epochs.ts";
import { addIndex } from "./commands/index.ts";
import { addJobs } from "./commands/jobs.ts";
import { addMigrate } from "./commands/migrate.ts";
import { addOracle } from "./commands/oracle.ts";
import { addPricing } from "./commands/pricing.ts";
import { addQuote } from "./commands/quote.ts";
import { addReputation } from "./commands/reputation.ts";
import { addPayments } from "./commands/payments.ts";
import { addServe } from "./commands/serve.ts";
import { addSettle } from "./commands/settle.ts";
import { addStatement } from "./commands/statement.ts";
import { addTelemetry } from "./commands/telemetry.ts";
import { addUp } from "./commands/up.ts";
import { addVerify } from "./commands/verify.ts";

const program = new Command("bc")
  .description("Berkeley Compute: a GPU rental network's chain and telemetry, indexed, joined and served")
  .showHelpAfterError()
  .exitOverride();
const COMMANDS = [
  addUp,
  addIndex,
  addCollect,
  addOracle,
  addJobs,
  addPayments,
  addServe,
  addDashboards,
  addApiKey,
  addMigrate,
  addDeployments,
  addTelemetry,
  addSettle,
  addVerify,
  addEpochs,
  addQuote,
  addPricing,
  addReputation,
  addStatement,
  addDevnet,
  addDoctor,
];
for (const add of COMMANDS) add(program);

followClock(onParentSays);
try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    process.stderr.write(`${describeError(error)}\n`);
    process.exit(1); // what is left of a failed start must not keep it alive
  }
}
