import { silentLogger } from "#kernel/log.ts";
import { runIndexer } from "../index.ts";

// a process of its own, for tests that kill it: manifest, node, database, last block, changes in a batch
const [manifestPath = "", rpcUrl = "", databaseUrl = "", until = "", batchChanges = ""] = process.argv.slice(2);
await runIndexer({
  manifestPath,
  rpcUrl,
  databaseUrl,
  until: Number(until),
  batchChanges: Number(batchChanges),
  reorgWindow: 0,
  signal: new AbortController().signal,
  logger: silentLogger,
});
