import { createPool, type Pool } from "#kernel/pg.ts";
import { checkUntil, waitForAnchor } from "./chain/anchor.ts";
import { checkSameChain, readIdentity } from "./chain/identity.ts";
import { checkNetwork } from "./chain/networks.ts";
import { ReorgWindow, type LinkedBlock } from "./chain/window.ts";
import { encodeCheckpoint, type Checkpoint } from "./checkpoint.ts";
import { Engine } from "./engine.ts";
import { EntityCache } from "./entities/cache.ts";
import { hopeless } from "./faults.ts";
import type { HealthBoard } from "./health.ts";
import { loadManifest } from "./manifest/load.ts";
import type { Manifest } from "./manifest/manifest.ts";
import { IndexerMetrics } from "./metrics.ts";
import { DEFAULT_BATCH_CHANGES, DEFAULT_NAME, DEFAULT_POLL_MS, type IndexerOptions } from "./options.ts";
import { CountedReader } from "./profile/counted-reader.ts";
import { Profile, timed, type ProfileReport } from "./profile/profile.ts";
import { RunStats } from "./profile/run-stats.ts";
import { staticDataSource } from "./runner/data-source.ts";
import { loadMappings } from "./runner/mappings.ts";
import { Registry } from "./runner/registry.ts";
import { BlockRunner, type BlockRunnerOptions } from "./runner/run-block.ts";
import { ChainReader } from "./source/chain-reader.ts";
import { Source } from "./source/follow.ts";
import { BLOCK_TRIES, createRetry, type OnTrouble, type Retry } from "./source/retry.ts";
import { RpcClient } from "./source/rpc.ts";
import { StateReader } from "./source/state-reader.ts";
import type { BlockRef } from "./source/types.ts";
import { startingPoint } from "./starting-point.ts";
import { checkStore } from "./store/check.ts";
import { openDeployment, type FoundDeployment } from "./store/deployment.ts";
import { Lease } from "./store/lease.ts";
import { Store } from "./store/store.ts";
import { checkViewsFree } from "./store/views-owner.ts";
import { isLocked } from "./store/views.ts";

/** An indexer that is ready to follow the chain. */
export interface OpenIndexer {
  readonly source: Source;
  readonly engine: Engine;
  readonly store: Store;
  readonly checkpoint: Checkpoint | undefined;
  readonly profile: Profile | undefined;
  /** where the time went so far, if it is looked at */
  readonly report: (() => ProfileReport) | undefined;
  close(): Promise<void>;
}

/**
 * Opens everything an indexer needs: the build, the chain, the deployment and the right to write it.
 *
 * @throws BaseError when the subgraph can't be used, the chain is another one, or another indexer writes
 */
export async function openIndexer(options: IndexerOptions, health: HealthBoard): Promise<OpenIndexer> {
  const manifest = await loadManifest(options.manifestPath);
  const firstBlock = Math.min(...manifest.dataSources.map(({ startBlock }) => startBlock));
  checkUntil(options.until, firstBlock);
  const metrics = new IndexerMetrics(options.registry);
  const rpcOptions = {
    url: options.rpcUrl,
    signal: options.signal,
    onCall: (method: string) => metrics.rpcCalls.inc({ method }),
    onRequest: (method: string, seconds: number, isError: boolean) => metrics.noteRequest(method, seconds, isError),
    onTrouble: (error: Error | undefined) => health.noteTrouble("node", error),
  };
  const chain = await readIdentity(rpcOptions);
  if (options.anyNetwork !== true) checkNetwork(manifest.network, chain.chainId);
  const reader = new ChainReader(new RpcClient(rpcOptions));
  // one try: between two the chain is looked at, as the block may be gone
  const state = new StateReader(new RpcClient({ ...rpcOptions, tries: 1 }), chain.chainId);
  const pool = createPool(options.databaseUrl, { name: "indexer", max: 3 });
  let lease: Lease | undefined;
  try {
    await checkStore(pool, options.logger);
    const name = options.name ?? DEFAULT_NAME;
    if (options.viewsSchema !== undefined) await checkViewsFree(pool, options.viewsSchema, name);
    const anchor = (): Promise<BlockRef | undefined> => anchorOf(reader, firstBlock, options, health);
    const deployment = await openDeployment(pool, manifest, chain, name, anchor);
    lease = await Lease.take(pool, deployment.id, options.signal);
    const store = new Store(pool, manifest, deployment, lease);
    const checkChain = async (): Promise<void> =>
      checkSameChain(chain, await readIdentity(rpcOptions), manifest.network);
    return await assemble({
      options,
      manifest,
      metrics,
      reader,
      state,
      pool,
      deployment,
      store,
      health,
      firstBlock,
      checkChain,
    });
  } catch (error) {
    await lease?.release(pool).catch(() => undefined);
    await pool.end();
    throw hopeless("opening the deployment", error);
  }
}

interface Opened {
  options: IndexerOptions;
  manifest: Manifest;
  metrics: IndexerMetrics;
  reader: ChainReader;
  state: StateReader;
  pool: Pool;
  deployment: FoundDeployment;
  store: Store;
  health: HealthBoard;
  firstBlock: number;
  /** throws when the node serves another chain than at the start */
  checkChain: () => Promise<void>;
}

async function assemble(opened: Opened): Promise<OpenIndexer> {
  const { options, manifest, metrics, pool, deployment, store, health, firstBlock } = opened;
  const { logger, signal } = options;
  await store.open();
  const head = await startingPoint(opened);
  const [runs, reads] = [new RunStats(), new CountedReader(store.reader)];
  const profile = options.hasProfile === true ? new Profile() : undefined;
  const cache = new EntityCache(manifest.schema, reads, options.cacheBytes);
  metrics.observe({ health, runs, reader: reads, cache, databaseBytes: () => store.size() });
  if (deployment.head === undefined || deployment.head.number < firstBlock) {
    for (const type of manifest.schema.entities.values()) cache.current.markEmpty(type);
  }
  const mappings = await loadMappings(manifest, cache, profile);
  const registry = new Registry([...manifest.dataSources.map(staticDataSource), ...(await store.dataSources())]);
  const onTrouble: OnTrouble = (ask, error) => {
    health.noteTrouble(ask, error);
    if (error) logger.warn({ err: error, ask }, "trying again");
  };
  const window = new ReorgWindow(head && (await knownBlocks(store, head, firstBlock)));
  const source = createSource(opened, registry, window, onTrouble);
  const runner = new BlockRunner({
    manifest,
    mappings,
    registry,
    cache,
    ...createAskers(opened, onTrouble, profile),
    extend: (block, queries) => timed(profile, "lookups", source.extend(block, queries)),
    logger,
    runs,
  });
  await offerViews(store, options);
  beginHealth(opened, head);
  const engine = new Engine({
    source,
    runner,
    store,
    cache,
    registry,
    health,
    metrics,
    profile,
    logger,
    signal,
    viewsSchema: options.viewsSchema,
    until: options.until,
    batchChanges: options.batchChanges ?? DEFAULT_BATCH_CHANGES,
    onStep: options.onStep,
    firstBlock: (head?.number ?? -1) + 1,
    startBlock: firstBlock,
    restMs: 10 * (options.pollMs ?? DEFAULT_POLL_MS),
  });
  const close = async (): Promise<void> => {
    await store.close().catch(() => undefined);
    await pool.end();
  };
  const report = profile && ((): ProfileReport => profile.report(runs, reads, cache));
  return { source, engine, store, profile, report, checkpoint: head && encodeCheckpoint(head), close };
}

/** Asks for what one block needs, a few times: after that it may have left the chain. */
function createAskers(
  { options, reader, state }: Opened,
  onTrouble: OnTrouble,
  profile: Profile | undefined,
): Pick<BlockRunnerOptions, "transactions" | "state"> {
  const retry = createRetry("block", options.signal, onTrouble, BLOCK_TRIES);
  const tryBlock: Retry = (ask) => timed(profile, "lookups", retry(ask));
  return {
    transactions: {
      transactions: (hashes, block) => tryBlock(() => reader.transactions(hashes, block)),
      receipts: (hashes, block) => tryBlock(() => reader.receipts(hashes, block)),
    },
    state: {
      calls: (block, requests) => tryBlock(() => state.calls(block, requests)),
      balance: (block, address) => tryBlock(() => state.balance(block, address)),
      hasCode: (block, address) => tryBlock(() => state.hasCode(block, address)),
    },
  };
}

function createSource(
  { options, metrics, reader, health, checkChain }: Opened,
  filter: Registry,
  window: ReorgWindow,
  onTrouble: OnTrouble,
): Source {
  return new Source({
    reader,
    filter,
    window,
    reorgWindow: options.reorgWindow,
    until: options.until,
    pollMs: options.pollMs ?? DEFAULT_POLL_MS,
    signal: options.signal,
    onTrouble,
    checkChain,
    onPoll: (number, time) => {
      health.head = number;
      health.headTime = time;
      metrics.head.set(number);
    },
  });
}

/** What health begins with: where the deployment stood. */
function beginHealth({ health, deployment }: Opened, head: BlockRef | undefined): void {
  health.indexed = head?.number ?? -1;
  health.indexedTime = deployment.headTime;
  health.isSynced = deployment.isSynced;
  if (deployment.hasErrors) health.noteErrors();
}

/** The head and those below it whose hashes are kept; also the one before the first, which all of them may be undone to. */
async function knownBlocks(store: Store, head: BlockRef, firstBlock: number): Promise<LinkedBlock[]> {
  const recent = await store.recentBlocks(head);
  const lowest = recent.at(-1);
  const anchor = { number: firstBlock - 1, hash: lowest?.parentHash ?? "", parentHash: "" };
  return [{ ...head, parentHash: "" }, ...recent, ...(lowest?.number === firstBlock && firstBlock > 0 ? [anchor] : [])];
}

/** Makes the views, unless readers hold them just now: then they are switched once the head is reached. */
async function offerViews(store: Store, { viewsSchema, logger }: IndexerOptions): Promise<void> {
  if (viewsSchema === undefined) return;
  await store.offerViews(viewsSchema).catch((error: unknown) => {
    if (!isLocked(error)) throw error;
    logger.warn({ viewsSchema }, "the views are in use and can't be replaced now");
  });
}

/** The block before the first one to index, once the chain has it. */
async function anchorOf(
  reader: ChainReader,
  firstBlock: number,
  { pollMs = DEFAULT_POLL_MS, signal, logger }: IndexerOptions,
  health: HealthBoard,
): Promise<BlockRef | undefined> {
  const onWait = (head: number): void => {
    if (!health.isWaiting) logger.info({ head, startBlock: firstBlock }, "waiting for the subgraph's first block");
    health.head = head;
    health.waitFor(firstBlock);
  };
  const anchor = await waitForAnchor(reader, firstBlock, { pollMs, signal, onWait });
  health.waitFor(undefined);
  return anchor;
}
