import { silentLogger } from "#kernel/log.ts";
import { onParentGone } from "#kernel/child.ts";
import { createRegistry } from "#kernel/metrics.ts";
import { openCollector } from "../collector.ts";

/** A collector in a process of its own, to be killed: node collector-child.ts DATABASE_URL TARGETS_FILE SPOOL_DIR */
const [databaseUrl = "", targetsFile = "", spoolDir = ""] = process.argv.slice(2);
const collector = await openCollector({
  databaseUrl,
  targetsFile,
  spoolDir,
  scrapeSeconds: 1,
  logger: silentLogger,
  registry: createRegistry("collector"),
});
onParentGone(() => process.exit(1));
process.stdout.write("ready\n");
await collector.run(new AbortController().signal);
