import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { migrate } from "#database/migrate.ts";
import { startEmbeddedDatabase, type RunningDatabase } from "#database/supervisor.ts";
import { isInstalled } from "#dashboards/server/page.ts";
import { clockWord } from "#kernel/clock.ts";
import { messageOf } from "#kernel/errors.ts";
import { checkDatabase } from "#kernel/pg.ts";
import { advance, keptClock } from "./advance.ts";
import { startChain, type Chain } from "./chain.ts";
import { givenDeployment, givenDeploymentPath, startChecks } from "./checks.ts";
import { takeDataDir } from "./data-dir.ts";
import { buildContracts, checkDeployment, deployContracts, readDeployment, type Deployment } from "./deployment.ts";
import { openDesk } from "./desk.ts";
import { startFleet } from "./fleet/index.ts";
import type { Fleet } from "./fleet/types.ts";
import { bootstrapMarket } from "./market/bootstrap.ts";
import { historyBeginsAt } from "./market/history/index.ts";
import { LiveMarket } from "./market/live/index.ts";
import type { MarketPlan } from "./market/plan.ts";
import { planOf } from "./market/plans.ts";
import { createRandom } from "./market/random.ts";
import { accountOf, connect } from "./market/wallets.ts";
import { keptMarket } from "./kept-market.ts";
import { LogFolder } from "./log-folder.ts";
import { oraclesRole } from "./oracles.ts";
import { fundProcessor, keepPaymentFiles, paymentsRole } from "./payments.ts";
import { isPastUnwritten, playPast, tidyPast, writePast, type Writing } from "./past.ts";
import { collectorFlags, dashboardsFlags, indexerFlags, jobsFlags } from "./role-flags.ts";
import { RoleSet } from "./role-set.ts";
import type { NetworkOptions, RunningNetwork } from "./running.ts";
import type { NetworkSettings } from "./settings.ts";
import { firstAnswer } from "./first-answer.ts";
import { together } from "./together.ts";
import { buildSubgraph, placeSubgraph } from "./subgraph.ts";
import { Teardown } from "./teardown.ts";

export type { NetworkOptions, RunningNetwork } from "./running.ts";
export type { NetworkSettings } from "./settings.ts";

/**
 * Brings up a whole network on this machine: database, chain, contracts, subgraph, fleet, indexer, collector, market,
 * API. What `DATABASE_URL`, `RPC_URL` and `TARGETS_FILE` name is used instead of our own; the simulated market lives on
 * our own chain only. When one part can't be started, what was started is stopped again.
 *
 * @throws BaseError the first part's error
 */
export async function startNetwork(options: NetworkOptions): Promise<RunningNetwork> {
  const teardown = new Teardown();
  const aborted = once(options.signal, "abort").then(() => options.signal.throwIfAborted());
  aborted.catch(() => undefined);
  try {
    options.signal.throwIfAborted();
    const running = new NetworkStart(options, teardown).run();
    running.catch(() => undefined);
    await Promise.race([running, aborted]);
    return await running;
  } catch (error) {
    await teardown.run(options.onTrouble);
    throw error;
  }
}

class NetworkStart {
  readonly #settings: NetworkSettings;
  readonly #options: NetworkOptions;
  readonly #teardown: Teardown;
  readonly #logs: LogFolder;
  /** of the simulated market; what the data folder holds is known once the checks have passed */
  #plan!: MarketPlan;
  #seed!: number;
  /** our own */
  #chain: Chain | undefined;
  #market: LiveMarket | undefined;
  #embedded: RunningDatabase | undefined;
  readonly #roles: RoleSet;
  #tidied: Promise<void> = Promise.resolve();

  constructor(options: NetworkOptions, teardown: Teardown) {
    this.#settings = options.settings;
    this.#options = options;
    this.#teardown = teardown;
    const { dataDir } = options.settings;
    teardown.add("lock", takeDataDir(dataDir));
    keptClock(dataDir);
    this.#logs = new LogFolder(join(dataDir, "logs"), options.onTrouble);
    teardown.add("logs", () => this.#logs.close());
    const { logLevel } = options.settings;
    this.#roles = new RoleSet({ logs: this.#logs, logLevel, teardown, onTrouble: options.onTrouble });
  }

  /** Without GPUs of our own there is no market of ours, and no past of it. */
  get #isMarketOurs(): boolean {
    return this.#settings.rpcUrl === "" && this.#settings.targetsFile === "";
  }

  async run(): Promise<RunningNetwork> {
    const { progress } = this.#options;
    for (const check of startChecks(this.#settings)) await check.run();
    const { size, seed } = this.#isMarketOurs ? keptMarket(this.#settings, this.#options.onTrouble) : this.#settings;
    this.#plan = planOf(size);
    this.#seed = seed;
    const database = progress.step("database", () => this.#database());
    const [databaseUrl, build, { rpcUrl, deployment, fleet, telemetry }] = await together(
      database,
      progress.step("subgraph built", () => buildSubgraph()),
      this.#chainWithPast(database),
    );
    const manifest = placeSubgraph(build, deployment, join(this.#settings.dataDir, "subgraph"));
    const machines = async (): Promise<void> => {
      if (telemetry) await progress.step("the past's telemetry", () => telemetry.finish());
      await together(
        progress.step("collector", () => this.#collector(databaseUrl)),
        fleet ? progress.step("market", () => this.#openMarket(rpcUrl, deployment, fleet)) : Promise.resolve(),
      );
    };
    await together(
      progress.step("indexer", () => this.#indexer(databaseUrl, rpcUrl, manifest)),
      progress.step("API", () => this.#api(databaseUrl, rpcUrl)),
      machines(),
    );
    const network = this.#running(databaseUrl, rpcUrl, fleet);
    if (this.#settings.rpcUrl === "") {
      await progress.step("first answer", () => firstAnswer(network.apiUrl, network.rpcUrl));
      await this.#keyHolders(databaseUrl, rpcUrl);
    }
    await progress.step("hourly jobs", () => this.#jobs(databaseUrl, rpcUrl));
    if (isInstalled()) {
      const flags = dashboardsFlags(this.#settings, databaseUrl);
      await progress.step("dashboards", () => this.#roles.start("dashboards", flags));
    }
    this.#tidy(databaseUrl);
    if (fleet) await this.#desk(databaseUrl, fleet);
    return network;
  }

  /** The chain with its contracts and, if it is new and our own, its past; and the fleet that the past is about. */
  async #chainWithPast(database: Promise<string>): Promise<{
    rpcUrl: string;
    deployment: Deployment;
    fleet: Fleet | undefined;
    telemetry: Writing | undefined;
  }> {
    const { progress } = this.#options;
    const [rpcUrl] = await together(
      progress.step("chain", () => this.#rpc()),
      progress.step("contracts compiled", () => buildContracts()),
    );
    const fleet = await this.#fleet();
    const deployment = await progress.step("contracts deployed", () => this.#deployment(rpcUrl));
    const telemetry = fleet && this.#hasPast ? await this.#past(rpcUrl, await database, deployment, fleet) : undefined;
    return { rpcUrl, deployment, fleet, telemetry };
  }

  /** Whether there is a past to be played, or telemetry of one to be written. */
  get #hasPast(): boolean {
    return this.#chain !== undefined && (this.#chain.isInPast || isPastUnwritten(this.#settings.dataDir));
  }

  #running(databaseUrl: string, rpcUrl: string, fleet: Fleet | undefined): RunningNetwork {
    const { host, apiPort, collectorPort, indexerPort, oraclePort, jobsPort, paymentsPort, dashboardsPort } =
      this.#settings;
    return {
      apiUrl: `http://${host}:${apiPort}/graphql`,
      fleetUrl: fleet?.url,
      rpcUrl,
      databaseUrl,
      collectorUrl: `http://${host}:${collectorPort}`,
      indexerUrl: `http://${host}:${indexerPort}`,
      oracleUrl: this.#settings.rpcUrl === "" ? `http://${host}:${oraclePort}` : undefined,
      jobsUrl: `http://${host}:${jobsPort}`,
      paymentsUrl: this.#settings.rpcUrl === "" ? `http://${host}:${paymentsPort}` : undefined,
      dashboardsUrl: isInstalled() ? `http://${host}:${dashboardsPort}/` : undefined,
      logDir: this.#logs.dir,
      stop: () => this.#teardown.run(this.#options.onTrouble),
    };
  }

  async #database(): Promise<string> {
    const { databaseUrl, databasePort, dataDir, logLevel } = this.#settings;
    const logger = this.#logs.logger("database", logLevel);
    let url = databaseUrl;
    if (url === "") {
      const dir = join(dataDir, "database");
      const database = await startEmbeddedDatabase({ dir, host: "127.0.0.1", port: databasePort, logger });
      this.#embedded = database;
      this.#teardown.add("database", () => database.stop());
      void database.gaveUp.then((error) => this.#options.onTrouble(error.message));
      url = database.url;
    }
    await checkDatabase(url);
    await migrate(url, this.#options.migrations, logger);
    return url;
  }

  async #rpc(): Promise<string> {
    const { rpcUrl, chainPort, blockSeconds, dataDir } = this.#settings;
    if (rpcUrl !== "") return rpcUrl;
    const past = this.#isMarketOurs ? { beginsAt: historyBeginsAt(Date.now() / 1_000, this.#plan) } : {};
    const chain = (this.#chain = await startChain({
      dir: join(dataDir, "chain"),
      host: "127.0.0.1",
      port: chainPort,
      blockSeconds,
      onLine: (line) => this.#logs.write("chain", line),
      onTrouble: this.#options.onTrouble,
      ...past,
    }));
    let isStopping = false;
    this.#teardown.add("chain", () => {
      isStopping = true;
      return chain.stop();
    });
    void chain.ended.then(({ code, signal }) => {
      if (!isStopping)
        this.#options.onTrouble(`the local chain ended (${signal ?? `code ${code ?? "?"}`}): start again`);
    });
    return chain.rpcUrl;
  }

  async #deployment(rpcUrl: string): Promise<Deployment> {
    if (this.#settings.rpcUrl !== "") return givenDeployment(this.#settings);
    const path = join(this.#settings.dataDir, "deployment.json");
    if (!existsSync(path) || this.#chain?.isInPast)
      return deployContracts(rpcUrl, accountOf(this.#plan.deployer).address, path);
    const deployment = readDeployment(path);
    await checkDeployment(deployment, rpcUrl);
    return deployment;
  }

  async #fleet(): Promise<Fleet | undefined> {
    const { targetsFile, host, fleetPort } = this.#settings;
    if (targetsFile !== "") return undefined;
    const fleet = await startFleet({
      hosts: this.#plan.hosts,
      seed: this.#seed,
      address: host,
      port: fleetPort,
      targetsFile: this.#targetsFile(),
      isHeld: this.#hasPast,
    });
    this.#teardown.add("fleet", () => fleet.stop());
    return fleet;
  }

  #targetsFile(): string {
    return this.#settings.targetsFile || join(this.#settings.dataDir, "targets.json");
  }

  #indexer(databaseUrl: string, rpcUrl: string, manifest: string): Promise<void> {
    return this.#roles.start("index", indexerFlags(this.#settings, { databaseUrl, rpcUrl, manifest }));
  }

  #collector(databaseUrl: string): Promise<void> {
    return this.#roles.start("collect", collectorFlags(this.#settings, databaseUrl, this.#targetsFile()));
  }

  async #api(databaseUrl: string, rpcUrl: string): Promise<void> {
    const { host, apiPort, dataDir } = this.#settings;
    return this.#roles.start("serve", {
      "--database": databaseUrl,
      "--rpc": rpcUrl,
      "--deployment": await this.#deploymentPath(),
      ...(this.#settings.rpcUrl === "" ? { "--payments-token": keepPaymentFiles(dataDir).token } : {}),
      "--host": host,
      "--port": apiPort,
    });
  }

  /** The file of the contracts' addresses. */
  async #deploymentPath(): Promise<string> {
    const { rpcUrl, dataDir } = this.#settings;
    return rpcUrl === "" ? join(dataDir, "deployment.json") : givenDeploymentPath(this.#settings);
  }

  /** The roles that hold keys: those of our own chain, which everybody knows. */
  async #keyHolders(databaseUrl: string, rpcUrl: string): Promise<void> {
    const { host, oraclePort, paymentsPort, dataDir } = this.#settings;
    const { progress } = this.#options;
    const given = { databaseUrl, rpcUrl, host, dataDir };
    const oracles = oraclesRole(this.#plan, { ...given, port: oraclePort });
    const payments = paymentsRole({ ...given, port: paymentsPort });
    await together(
      progress.step("oracles", () => this.#roles.start("oracle", oracles.flags, oracles.env)),
      progress.step("payments", async () => {
        await fundProcessor(connect(rpcUrl, readDeployment(join(dataDir, "deployment.json"))), this.#plan);
        await this.#roles.start("payments", payments.flags, payments.env);
      }),
    );
  }

  /** Of somebody's chain they wait for what it calls finalized; on ours only tests take blocks back. */
  #jobs(databaseUrl: string, rpcUrl: string): Promise<void> {
    const finality = this.#chain ? 1 : "finalized";
    return this.#roles.start("jobs", jobsFlags(this.#settings, { databaseUrl, rpcUrl, finality }));
  }

  /** Before anything reads the chain: what is cut off here never was. Its telemetry may go on behind it. */
  async #past(rpcUrl: string, databaseUrl: string, deployment: Deployment, fleet: Fleet): Promise<Writing> {
    const { dataDir, logLevel } = this.#settings;
    const logger = this.#logs.logger("market", logLevel);
    const options = { dataDir, databaseUrl, plan: this.#plan, seed: this.#seed, fleet, logger };
    const play = { ...options, rpcUrl, deployment };
    const telemetry = this.#chain?.isInPast
      ? await this.#options.progress.step("past played", () => playPast(play))
      : await writePast(options);
    this.#teardown.add("past", () => telemetry.stop());
    await this.#chain?.goLive();
    return telemetry;
  }

  /** What a new past leaves to be done, beside all that goes on. */
  #tidy(databaseUrl: string): void {
    const stopping = new AbortController();
    const tidying = (this.#tidied = tidyPast(this.#settings.dataDir, databaseUrl, stopping.signal).catch(
      (error: unknown) => {
        if (stopping.signal.aborted) return;
        this.#options.onTrouble(
          `the past's roll-ups were not refreshed, the next start tries again: ${messageOf(error)}`,
        );
      },
    ));
    this.#teardown.add("tidying", async () => {
      stopping.abort();
      await tidying;
    });
  }

  /** Takes orders to bring the network to a later time, where all that keeps time is ours. */
  async #desk(databaseUrl: string, fleet: Fleet): Promise<void> {
    const [chain, market] = [this.#chain, this.#market];
    if (!chain || !market) return;
    const { dataDir, logLevel } = this.#settings;
    const logger = this.#logs.logger("market", logLevel);
    const parts = { dataDir, databaseUrl, seed: this.#seed, chain, fleet, market, logger };
    const tell = (aheadMs: number): void => {
      this.#roles.tell(clockWord(aheadMs));
      this.#embedded?.tell(clockWord(aheadMs));
    };
    const act = async (order: unknown) => {
      await this.#tidied; // the roll-ups of what is newer would hide those of the past
      const { seconds } = order as { seconds: number };
      return advance(
        { ...parts, rest: () => this.#roles.rest("collect", "oracle", "jobs", "payments"), tell },
        seconds,
      );
    };
    try {
      this.#teardown.add("desk", await openDesk(dataDir, act));
    } catch (error) {
      this.#options.onTrouble(`it can't be brought to a later time (bc devnet advance): ${messageOf(error)}`);
    }
  }

  /** Only on our own chain: elsewhere the market is real. */
  async #openMarket(rpcUrl: string, deployment: Deployment, fleet: Fleet): Promise<void> {
    if (this.#settings.rpcUrl !== "") return;
    const logger = this.#logs.logger("market", this.#settings.logLevel);
    const network = connect(rpcUrl, deployment);
    await bootstrapMarket(network, this.#plan, fleet.gpus, logger);
    const market = new LiveMarket(network, this.#plan, fleet, createRandom(this.#seed), logger);
    await market.open();
    market.start();
    this.#market = market;
    this.#teardown.add("market", () => market.stop());
  }
}
