import { silentLogger } from "#kernel/log.ts";
import { runIndexer } from "../index.ts";

// a process of its own, for tests that kill it: manifest, node, database, last block
const [manifestPath = "", rpcUrl = "", databaseUrl = "", until = ""] = process.argv.slice(2);
await runIndexer({
  manifestPath,
  rpcUrl,
  databaseUrl,
  until: Number(until),
  reorgWindow: 0,
  signal: new AbortController().signal,
  logger: silentLogger,
});
