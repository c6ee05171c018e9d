import { createHash } from "node:crypto";
import { messageOf } from "#kernel/errors.ts";
import { sleep } from "#kernel/time.ts";
import type { Access } from "../scrape/access.ts";
import type { Fetcher } from "../scrape/fetcher.ts";
import { readGroups, readTargetsFile, readTargetsText } from "./file-sd.ts";
import { expandPattern } from "./glob.ts";
import type { TargetGroup } from "./group.ts";
import { askHttpSd, type HttpSource } from "./http-sd.ts";
import { describeFault, loadJobs, readJobs, secretFilesOf, type Job, type TargetPlaces } from "./jobs.ts";
import type { JobConfig } from "./scrape-config.ts";
import { SourceLists } from "./sources.ts";
import type { TargetList } from "./target.ts";
import { isUnchanged, lookAt, type FileStates } from "./watch.ts";

/** What a discovery works with. */
export interface DiscoveryOptions extends TargetPlaces {
  /** asks http_sd servers */
  fetcher: Fetcher;
  /** how often files are looked at; 1 s when left out */
  everyMs?: number;
}

/** How a file's list is called among the places of a job; http_sd servers go by their URL. */
const FILE = "file ";
const STATIC = "static_configs";

/** Finds targets, and follows whatever changes: the configuration, lists, secrets, certificates and http_sd servers. */
export class Discovery {
  readonly #options: DiscoveryOptions;
  readonly #lists: SourceLists;
  /** how each http_sd server's asking is ended */
  readonly #askers = new Map<string, AbortController>();
  #jobs: readonly Job[] = [];
  /** as read last, though their credentials may not have been good */
  #configs: readonly JobConfig[] = [];
  #faults: readonly string[] = [];
  #seen: FileStates = new Map();

  private constructor(options: DiscoveryOptions) {
    this.#options = options;
    this.#lists = new SourceLists(options.schedule);
  }

  /**
   * Reads all but http_sd servers, which are asked once it is followed.
   *
   * @throws BaseError `NO_SCRAPE_CONFIG`, `BAD_SCRAPE_CONFIG`, `NO_TARGETS_FILE` or `BAD_TARGETS`
   */
  static async open(options: DiscoveryOptions): Promise<Discovery> {
    const discovery = new Discovery(options);
    if (options.targetsFile !== undefined) await readTargetsFile(options.targetsFile);
    discovery.#configs = await readJobs(options);
    discovery.#seen = await lookAt(await discovery.#paths());
    const loaded = await loadJobs(discovery.#configs, []);
    discovery.#take(loaded, await readLists(loaded.jobs));
    return discovery;
  }

  /** What there is to scrape, as far as it is known. */
  get list(): TargetList {
    return this.#lists.list(this.#faults);
  }

  /** Credentials in force. */
  get accesses(): ReadonlySet<Access> {
    const all = this.#jobs.flatMap(({ access, accessOfUrl }) => [access, ...accessOfUrl.values()]);
    return new Set(all.filter((access) => access !== undefined));
  }

  /** Tells every new list until `signal` is aborted. */
  async follow(onList: (list: TargetList) => void, signal: AbortSignal): Promise<void> {
    const tell = (): void => onList(this.list);
    const stopping = (): void => this.#askers.forEach((asker) => asker.abort());
    signal.addEventListener("abort", stopping, { once: true });
    this.#keepAsking(tell);
    let last = this.#seen;
    while (!signal.aborted) {
      await sleep(this.#options.everyMs ?? 1_000, signal).catch(() => undefined);
      const states = await lookAt(await this.#paths());
      // A file that has just changed may be half-written: it is read once it has stood still from one look to the next.
      const isStill = isUnchanged(last, states);
      last = states;
      if (signal.aborted || !isStill || isUnchanged(this.#seen, states)) continue;
      const seen = await this.#reread(states);
      if (!seen) continue;
      this.#seen = last = seen;
      if (signal.aborted) break;
      this.#keepAsking(tell);
      tell();
    }
    stopping();
  }

  /** @returns how the files stood; undefined if one changed meanwhile, and nothing was taken */
  async #reread(states: FileStates): Promise<FileStates | undefined> {
    const faults: string[] = [];
    await readJobs(this.#options).then(
      (configs) => (this.#configs = configs),
      (error: unknown) => faults.push(describeFault(error)),
    );
    const before = await lookAt(await this.#paths());
    const isConfigOther = [...states].some(([path, state]) => before.has(path) && before.get(path) !== state);
    const loaded = await loadJobs(this.#configs, this.#jobs).catch((error: unknown) => {
      faults.push(describeFault(error));
      return { jobs: this.#jobs, faults: [] };
    });
    const lists = await readLists(loaded.jobs);
    if (isConfigOther || !isUnchanged(before, await lookAt(await this.#paths()))) return undefined;
    this.#take({ jobs: loaded.jobs, faults: [...faults, ...loaded.faults] }, lists);
    // Files of jobs that are gone are watched no more.
    const paths = new Set(await this.#paths());
    return new Map([...before].filter(([path]) => paths.has(path)));
  }

  #take({ jobs, faults }: { jobs: readonly Job[]; faults: readonly string[] }, lists: readonly ReadList[]): void {
    this.#jobs = jobs;
    this.#faults = faults;
    const places = new Set(lists.map(({ job, place }) => JSON.stringify([job.config.name, place])));
    this.#lists.keepOnly(
      jobs,
      (job, place) => places.has(JSON.stringify([job.config.name, place])) || job.accessOfUrl.has(place),
    );
    for (const { job, place, groups, fault } of lists) {
      if (groups) this.#lists.take(job, place, groups);
      else this.#lists.fail(job, place, fault);
    }
  }

  /** Every file that is watched. */
  async #paths(): Promise<string[]> {
    const configs = [...new Set([...this.#configs, ...this.#jobs.map(({ config }) => config)])];
    const patterns = configs.flatMap(({ filePatterns }) => filePatterns);
    const lists = (await Promise.all(patterns.map(expandPattern))).flat();
    const { scrapeConfig } = this.#options;
    return [...(scrapeConfig === undefined ? [] : [scrapeConfig]), ...secretFilesOf(configs), ...lists];
  }

  /** Starts and ends the asking of http_sd servers, so that it is as the jobs have it. */
  #keepAsking(tell: () => void): void {
    const wanted = new Map<string, Asked>();
    for (const { config } of this.#jobs) {
      for (const { url, refreshMs } of config.httpSources) {
        wanted.set(JSON.stringify([config.name, url, refreshMs]), { job: config.name, url, refreshMs });
      }
    }
    for (const [key, asker] of this.#askers) {
      if (wanted.has(key)) continue;
      asker.abort();
      this.#askers.delete(key);
    }
    for (const [key, source] of wanted) {
      if (this.#askers.has(key)) continue;
      const asker = new AbortController();
      this.#askers.set(key, asker);
      void this.#ask(source, tell, asker.signal);
    }
  }

  async #ask({ job: name, ...source }: Asked, tell: () => void, signal: AbortSignal): Promise<void> {
    const { fetcher } = this.#options;
    const find = (): Job | undefined => this.#jobs.find(({ config }) => config.name === name);
    let seen: string | undefined;
    while (!signal.aborted) {
      const askedAt = Date.now();
      const answer = await askHttpSd(source, fetcher, find()?.accessOfUrl.get(source.url)).then(
        (groups) => ({ groups, fault: undefined }),
        (error: unknown) => ({ groups: undefined, fault: messageOf(error) }),
      );
      const job = find(); // the configuration may have changed meanwhile
      if (signal.aborted || !job) return;
      if (answer.groups) this.#lists.take(job, source.url, answer.groups);
      else this.#lists.fail(job, source.url, answer.fault);
      const now = createHash("sha256").update(JSON.stringify(answer)).digest("hex");
      if (now !== seen) tell();
      seen = now;
      await sleep(Math.max(0, askedAt + source.refreshMs - Date.now()), signal).catch(() => undefined);
    }
  }
}

/** A server to be asked, and whose it is. */
interface Asked extends HttpSource {
  job: string;
}

type ReadText = { groups: readonly TargetGroup[]; fault: undefined } | { groups: undefined; fault: string };
type ReadList = { job: Job; place: string } & ReadText;

/** The lists that stand in the configuration and in files. */
async function readLists(jobs: readonly Job[]): Promise<ReadList[]> {
  const lists: ReadList[] = [];
  for (const job of jobs) {
    const { groups, filePatterns } = job.config;
    lists.push({ job, place: STATIC, groups, fault: undefined });
    for (const pattern of filePatterns) {
      for (const path of await expandPattern(pattern)) {
        lists.push({ job, place: `${FILE}${path}`, ...(await readList(path)) });
      }
    }
  }
  return lists;
}

async function readList(path: string): Promise<ReadText> {
  try {
    return { groups: readGroups(await readTargetsText(path), path), fault: undefined };
  } catch (error) {
    return { groups: undefined, fault: messageOf(error) };
  }
}
