import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { startChild, type Child } from "#kernel/child.ts";
import { BaseError } from "#kernel/errors.ts";
import { checkPort } from "#kernel/ports.ts";
import { waitFor } from "#kernel/time.ts";
import { binaryPath } from "./binaries.ts";
import { dropTraces } from "./chain-slim.ts";
import { mendState, StateKeeper, statePath } from "./chain-state.ts";
import { writeWhole } from "./files.ts";
import { guarded } from "./guard.ts";
import { LastLines } from "./last-lines.ts";
import { rpcCall } from "./rpc.ts";

/**
 * How often the chain is written to disk, all of it (about 4 kB a transaction of the past, 10 kB of the present): seconds,
 * and the MB that are worth one more. A kill -9 loses at most this much of it, fewer blocks than the indexer can undo.
 */
const STATE_INTERVAL = { least: 20, most: 40, megabytesPerSecond: 3 };

/** In its past a chain is written when that is over: cut off before, it is of no use. */
const NEVER_SECONDS = 86_400;
/** For its last write, of hundreds of MB perhaps. */
const LAST_WRITE_MS = 60_000;

/** So many states can be read back. With none, a call at `latest` fails when a block comes in between. */
const STATES_IN_MEMORY = 64;

/** How to run the local chain. */
export interface ChainOptions {
  /** folder of its state */
  dir: string;
  host: string;
  port: number;
  /** 0: blocks come with transactions only, and time is what the caller sets */
  blockSeconds: number;
  /**
   * Seconds since 1970. A chain that is new begins then, in the past, and stays there: its blocks come with transactions
   * only, a second apart unless the caller sets their times, until `goLive`.
   */
  beginsAt?: number;
  onLine?: (line: string) => void;
  /** told when it doesn't go on from where it ended */
  onTrouble?: (text: string) => void;
}

/** A running local chain. */
export interface Chain {
  rpcUrl: string;
  ended: Child["ended"];
  /** Whether it has begun in the past and waits there. */
  isInPast: boolean;
  /** Keeps what has been played in the past, and goes on from the present. */
  goLive(): Promise<void>;
  /** Makes no blocks by itself until `goOn`: whoever makes them sets their times. */
  hold(): Promise<void>;
  /** Goes on from the present. */
  goOn(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts anvil on the state in `dir`, which is made at the first start; if that was cut off, on the last whole one, at
 * most two writes older. Blocks come with each transaction and, at the latest, every `blockSeconds`; time is the wall
 * clock's.
 *
 * At every start anvil makes a genesis block of its own beside the one in the state, and serves either: both must be
 * the same, so the first start's time is kept and given again. That sets anvil's clock back too, so it is set right
 * before the first block, which is why anvil mines none by itself.
 *
 * A chain whose past was cut off before `goLive` is of no use to anybody, and begins anew.
 *
 * @throws BaseError `PORT_TAKEN`, `MISSING_BINARY`, `CHAIN_FAILED` or `CHILD_FAILED`
 */
export async function startChain(options: ChainOptions): Promise<Chain> {
  const { dir, host, port } = options;
  await checkPort(host, port, "CHAIN_PORT");
  const isInPast = begin(options);
  const goesOnFrom = await mendState(dir);
  if (goesOnFrom) {
    options.onTrouble?.(`the local chain's state was cut off: it goes back to its copy of ${goesOnFrom.toISOString()}`);
  }
  const chain = new LocalChain(options, isInPast);
  await chain.start();
  return chain;
}

class LocalChain implements Chain {
  readonly rpcUrl: string;
  readonly isInPast: boolean;
  readonly ended: Child["ended"];
  readonly #options: ChainOptions;
  readonly #state: StateKeeper;
  #child: Child | undefined;
  #timers: NodeJS.Timeout[] = [];
  #mining: Promise<void> = Promise.resolve();
  #tellEnd: ((end: Awaited<Child["ended"]>) => void) | undefined;

  constructor(options: ChainOptions, isInPast: boolean) {
    this.rpcUrl = `http://${options.host}:${options.port}`;
    this.isInPast = isInPast;
    this.#options = options;
    this.#state = new StateKeeper(options.dir);
    this.ended = new Promise((resolve) => (this.#tellEnd = resolve));
  }

  async start(): Promise<void> {
    await this.#launch(this.isInPast);
    if (this.isInPast) await rpcCall(this.rpcUrl, "anvil_setBlockTimestampInterval", [1]);
    else await this.goOn();
  }

  /** Starts anvil anew on what has been played: with all the traces of the past it would be slow for good. */
  async goLive(): Promise<void> {
    const { dir } = this.#options;
    const past = this.#child;
    if (!past || !this.isInPast || !existsSync(inPastPath(dir))) return;
    this.#child = undefined;
    await past.stop(LAST_WRITE_MS);
    await dropTraces(statePath(dir));
    rmSync(inPastPath(dir));
    await this.#launch(false);
    await this.goOn();
  }

  async hold(): Promise<void> {
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
    await this.#mining;
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.#child?.stop(LAST_WRITE_MS);
  }

  async #launch(isInPast: boolean): Promise<void> {
    const { dir, onLine } = this.#options;
    const said = new LastLines();
    const [command, args] = guarded(binaryPath("anvil"), flagsOf(this.#options, isInPast));
    const child = await startChild({
      name: "anvil",
      command,
      args,
      onLine: (line) => {
        said.push(line);
        onLine?.(line);
      },
    });
    await firstAnswer(this.rpcUrl, child, () => endedError(statePath(dir), said.lines));
    this.#child = child;
    void child.ended.then((end) => {
      if (this.#child === child) this.#tellEnd?.(end);
    });
  }

  async goOn(): Promise<void> {
    const { blockSeconds } = this.#options;
    await rpcCall(this.rpcUrl, "evm_setTime", [Math.floor(Date.now() / 1_000)]);
    if (blockSeconds !== 0)
      this.#timers.push(setInterval(() => void (this.#mining = mine(this.rpcUrl, blockSeconds)), 1_000));
    this.#timers.push(setInterval(() => void this.#state.look(), 2_000));
  }
}

/** Waits until the node answers; stops it when it doesn't. */
async function firstAnswer(rpcUrl: string, child: Child, whenEnded: () => BaseError): Promise<void> {
  const waiting = new AbortController();
  try {
    await Promise.race([
      waitFor(async () => rpcCall<string>(rpcUrl, "eth_chainId").catch(() => undefined), {
        timeoutMs: 30_000,
        signal: waiting.signal,
        onTimeout: () => new BaseError("CHILD_FAILED", `the local chain does not answer at ${rpcUrl}`),
      }),
      child.ended.then(() => {
        throw whenEnded();
      }),
    ]);
  } catch (error) {
    await child.stop();
    throw error;
  } finally {
    waiting.abort();
  }
}

/** Makes a block if none has come for so long. A look that fails isn't missed: the next one comes. */
async function mine(rpcUrl: string, blockSeconds: number): Promise<void> {
  try {
    const latest = await rpcCall<{ timestamp: string }>(rpcUrl, "eth_getBlockByNumber", ["latest", false]);
    if (Date.now() / 1_000 - Number(latest.timestamp) >= blockSeconds) await rpcCall(rpcUrl, "evm_mine");
  } catch {
    // anvil is busy, or ending
  }
}

/** Stands in the chain's folder while it is in its past. */
const inPastPath = (dir: string): string => `${dir}/in-past`;

/** Whether the chain in this folder begins anew at its next start: there is none, or it was cut off in its past. */
export function isNewChain(dir: string): boolean {
  return existsSync(inPastPath(dir)) || !existsSync(genesisPath(dir));
}

/** Makes the folder of a new chain, also in the place of one that was cut off in its past; says whether it begins there. */
function begin({ dir, beginsAt, onTrouble }: ChainOptions): boolean {
  if (existsSync(inPastPath(dir))) {
    onTrouble?.("the local chain was cut off before it came to the present: it begins anew");
    rmSync(dir, { recursive: true });
  }
  const isNew = !existsSync(genesisPath(dir));
  mkdirSync(dir, { recursive: true });
  if (!isNew || beginsAt === undefined) return false;
  writeFileSync(inPastPath(dir), "");
  writeGenesis(dir, { timestamp: beginsAt, ...ROOMY });
  return true;
}

const genesisPath = (dir: string): string => `${dir}/genesis.json`;

/** What the first block depends on. */
interface Genesis {
  /** seconds since 1970 */
  timestamp: number;
  /** accounts of the mnemonic that hold ETH */
  accounts: number;
  /** of a block; anvil's own when left out */
  gasLimit?: number;
}

/** Room for the customers of a large network, and for hundreds of transactions in one block of the past. */
const ROOMY = { accounts: 320, gasLimit: 100_000_000_000 };

function writeGenesis(dir: string, genesis: Genesis): void {
  writeWhole(genesisPath(dir), `${JSON.stringify(genesis)}\n`);
}

/** How the chain in `dir` began. */
function genesisOf(dir: string): Genesis {
  if (!existsSync(genesisPath(dir))) writeGenesis(dir, { timestamp: Math.floor(Date.now() / 1_000), ...ROOMY });
  return { accounts: 24, ...(JSON.parse(readFileSync(genesisPath(dir), "utf8")) as Pick<Genesis, "timestamp">) };
}

function flagsOf({ dir, host, port }: ChainOptions, isInPast: boolean): string[] {
  const { timestamp, accounts, gasLimit } = genesisOf(dir);
  return [
    ...["--host", host, "--port", String(port), "--chain-id", "31337", "--accounts", String(accounts)],
    ...["--state", statePath(dir), "--cache-path", `${dir}/cache`],
    ...["--state-interval", String(isInPast ? NEVER_SECONDS : stateInterval(statePath(dir)))],
    ...["--prune-history", String(STATES_IN_MEMORY), "--timestamp", String(timestamp), "--order", "fifo", "--quiet"],
    ...(gasLimit === undefined ? [] : ["--gas-limit", String(gasLimit)]),
  ];
}

/** A large state is written less often, seconds. */
function stateInterval(path: string): number {
  const { least, most, megabytesPerSecond } = STATE_INTERVAL;
  const megabytes = (statSync(path, { throwIfNoEntry: false })?.size ?? 0) / 1e6;
  return Math.round(Math.min(most, Math.max(least, megabytes / megabytesPerSecond)));
}

function endedError(state: string, said: readonly string[]): BaseError {
  const last = said.findLast((line) => /error/i.test(line)) ?? said.at(-1) ?? "it said nothing";
  return new BaseError("CHAIN_FAILED", `the local chain did not start from its state ${state}: ${last}`, {
    hints: ["if that file is damaged, start a new network with --fresh, or put back a copy of the data folder"],
  });
}
