import { silentLogger } from "#kernel/log.ts";
import { onParentGone } from "#kernel/child.ts";
import { createRegistry } from "#kernel/metrics.ts";
import { openCollector } from "../collector.ts";
import { parseGuard } from "../scrape/guard.ts";

/** A collector in a process of its own, to be killed: node collector-child.ts DATABASE_URL TARGETS_FILE SPOOL_DIR [ID] */
const [databaseUrl = "", targetsFile = "", spoolDir = "", id] = process.argv.slice(2);
const collector = await openCollector({
  databaseUrl,
  targetsFile,
  spoolDir,
  scrapeSeconds: 1,
  guard: parseGuard("127.0.0.0/8"),
  ...(id === undefined ? {} : { id }),
  logger: silentLogger,
  registry: createRegistry("collector"),
});
onParentGone(() => process.exit(1));
process.stdout.write("ready\n");
await collector.run(new AbortController().signal);
