import { silentLogger } from "#kernel/log.ts";
import { runIndexer } from "../index.ts";

// a process of its own, for tests that kill it: manifest, node, database, last block (none: for ever), changes in a
// batch, blocks that may change, folder for logs
const [manifestPath = "", rpcUrl = "", databaseUrl = "", until = "", batchChanges = "", window = "0", logCache = ""] =
  process.argv.slice(2);
await runIndexer({
  manifestPath,
  rpcUrl,
  databaseUrl,
  ...(until === "" ? {} : { until: Number(until) }),
  batchChanges: Number(batchChanges),
  reorgWindow: Number(window),
  ...(logCache === "" ? {} : { logCache }),
  pollMs: 20,
  signal: new AbortController().signal,
  logger: silentLogger,
});
