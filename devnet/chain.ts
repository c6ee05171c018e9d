import { existsSync, mkdirSync } from "node:fs";
import { startChild, type Child } from "#kernel/child.ts";
import { BaseError } from "#kernel/errors.ts";
import { checkPort } from "#kernel/ports.ts";
import { waitFor } from "#kernel/time.ts";
import { binaryPath } from "./binaries.ts";
import { rpcCall } from "./rpc.ts";

/** How often the chain is written to disk: a kill -9 loses at most this much of it. */
const STATE_INTERVAL_SECONDS = 10;

/**
 * Runs anvil and stops it, with its state written, when our end of stdin closes, however we ended. `wait` returns early
 * for a trapped signal, hence the loop.
 */
const GUARD = `
exec 3<&0
"$@" </dev/null 3<&- &
child=$!
trap 'kill -TERM $child 2>/dev/null' TERM INT HUP
{ while read -r _; do :; done <&3; kill -TERM $child 2>/dev/null; } &
watch=$!
while kill -0 $child 2>/dev/null; do wait $child; code=$?; done
kill $watch 2>/dev/null
exit $code
`;

/** How to run the local chain. */
export interface ChainOptions {
  /** folder of its state */
  dir: string;
  host: string;
  port: number;
  blockSeconds: number;
  onLine?: (line: string) => void;
}

/** A running local chain. */
export interface Chain {
  rpcUrl: string;
  ended: Child["ended"];
  stop(): Promise<void>;
}

/**
 * Starts anvil on the state in `dir`, which is made at the first start. Blocks come with each transaction and every
 * `blockSeconds`; time is the wall clock's.
 *
 * @throws BaseError `PORT_TAKEN`, `MISSING_BINARY` or `CHILD_FAILED`
 */
export async function startChain({ dir, host, port, blockSeconds, onLine }: ChainOptions): Promise<Chain> {
  const anvil = binaryPath("anvil");
  await checkPort(host, port, "CHAIN_PORT");
  mkdirSync(dir, { recursive: true });
  const state = `${dir}/state.json`;
  const child = await startChild({
    name: "anvil",
    command: "/bin/sh",
    args: [
      ...["-c", GUARD, "sh", anvil],
      ...["--host", host, "--port", String(port), "--chain-id", "31337", "--accounts", "20"],
      ...["--state", state, "--state-interval", String(STATE_INTERVAL_SECONDS), "--cache-path", `${dir}/cache`],
      ...["--block-time", String(blockSeconds), "--mixed-mining", "--prune-history", "--quiet"],
      ...(existsSync(state) ? [] : ["--timestamp", String(Math.floor(Date.now() / 1_000))]),
    ],
    ...(onLine ? { onLine } : {}),
  });
  const rpcUrl = `http://${host}:${port}`;
  await Promise.race([
    waitFor(async () => rpcCall<string>(rpcUrl, "eth_chainId").catch(() => undefined), {
      timeoutMs: 30_000,
      onTimeout: () => new BaseError("CHILD_FAILED", `anvil does not answer at ${rpcUrl}`),
    }),
    child.ended.then(() => {
      throw new BaseError("CHILD_FAILED", "anvil ended at its start", {
        hints: [`look at the lines above`, `if ${state} is damaged, start with --fresh`],
      });
    }),
  ]);
  return { rpcUrl, ended: child.ended, stop: () => child.stop() };
}
