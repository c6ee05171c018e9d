import { createRegistry } from "#kernel/metrics.ts";
import { silentLogger } from "#kernel/log.ts";
import { openSettlement } from "../../src/jobs/settlement/index.ts";
import { rawKeySigner } from "../../src/jobs/keys/raw-key.ts";
import type { SettlementAddresses } from "../../src/jobs/settlement/chain/rewards.ts";

/** What the process is told, as JSON in its argument. */
export interface ChildTask {
  databaseUrl: string;
  rpcUrl: string;
  addresses: SettlementAddresses;
  keys: [string, ...string[]];
  /** kill -9 where the job says this the first time; "" for nowhere */
  fallAt: string;
  gasLimit: number;
}

/** What a job says of an epoch whose window is over. */
const TO_DO = "to be finalized";

/**
 * A settlement job in a process of its own, which is killed at a point or ends when there is nothing more to do.
 */
const task = JSON.parse(process.argv[2] ?? "") as ChildTask;
const [first, ...rest] = task.keys;
const job = await openSettlement({
  databaseUrl: task.databaseUrl,
  rpcUrl: task.rpcUrl,
  addresses: task.addresses,
  signers: [rawKeySigner(first), ...rest.map(rawKeySigner)],
  logger: silentLogger,
  registry: createRegistry("child"),
  terms: { finality: 0, pollMs: 50, turnMs: 0, settleAheadSeconds: 0, gasLimit: BigInt(task.gasLimit) },
  onPoint: (name) => {
    if (name === task.fallAt) process.kill(process.pid, "SIGKILL");
  },
});
const stopping = new AbortController();
const running = job.run(stopping.signal);
const timer = setInterval(() => {
  const { detail } = job.health();
  const epochs = (detail["epochs"] ?? []) as { state: string; waitsFor: string | null }[];
  const isIdle =
    detail["lookedAt"] !== null &&
    detail["reasons"] === undefined &&
    epochs.every(({ state, waitsFor }) => state === "RUNNING" || (state === "COMMITTED" && waitsFor !== TO_DO));
  if (isIdle) stopping.abort();
}, 20);
await running;
clearInterval(timer);
await job.close();
