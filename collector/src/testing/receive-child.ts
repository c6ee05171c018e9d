import type { AddressInfo } from "node:net";
import { onParentGone } from "#kernel/child.ts";
import { silentLogger } from "#kernel/log.ts";
import { createRegistry } from "#kernel/metrics.ts";
import { openCollector } from "../collector.ts";
import { servePushes } from "../receive/server.ts";

/** A collector that takes pushes, in a process of its own, to be killed: node receive-child.ts TARGETS SPOOL TOKENS */
const [targetsFile = "", spoolDir = "", pushTokensFile = ""] = process.argv.slice(2);
const collector = await openCollector({
  databaseUrl: "postgres://postgres@127.0.0.1:1/berkeley",
  targetsFile,
  spoolDir,
  pushTokensFile,
  scrapeSeconds: 1,
  logger: silentLogger,
  registry: createRegistry("collector"),
});
const server = await servePushes(collector, { host: "127.0.0.1", port: 0, logger: silentLogger });
onParentGone(() => process.exit(1));
process.stdout.write(`port ${(server?.address() as AddressInfo).port}\n`);
await collector.run(new AbortController().signal);
