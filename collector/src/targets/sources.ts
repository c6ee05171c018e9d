import { messageOf } from "#kernel/errors.ts";
import type { Schedule } from "../scrape/schedule.ts";
import { targetsOf, type TargetGroup } from "./group.ts";
import { nameHttpSd } from "./http-sd.ts";
import type { Job } from "./jobs.ts";
import type { Target, TargetList } from "./target.ts";

/** What a place of targets gave last. */
interface Source {
  /** the last good list; undefined before the first */
  groups: readonly TargetGroup[] | undefined;
  targets: readonly Target[];
  fault: string | undefined;
}

/** Duplicates and faults that are told each; of more it is said how many. */
const MAX_TOLD = 20;

/** Keeps the last good list of every place where targets are listed. */
export class SourceLists {
  readonly #schedule: Schedule;
  /** by job, then by what `keyOf` of the place says */
  #sources = new Map<string, Map<string, Source>>();

  constructor(schedule: Schedule) {
    this.#schedule = schedule;
  }

  /** Takes a list, if its targets are good in that job; else the last one stays. */
  take(job: Job, place: string, groups: readonly TargetGroup[]): void {
    const source = this.#source(job, place);
    try {
      const defaults = { ...job.config.defaults, access: job.access };
      source.targets = targetsOf(
        groups,
        defaults,
        this.#schedule,
        job.accessOfUrl.has(place) ? nameHttpSd(place) : place,
      );
      source.groups = groups;
      source.fault = undefined;
    } catch (error) {
      source.fault = messageOf(error);
    }
  }

  /** The place gives no list now: the last one stays. */
  fail(job: Job, place: string, fault: string): void {
    this.#source(job, place).fault = fault;
  }

  /** Jobs have changed: their lists are read as they are now, and places that are gone are forgotten. */
  keepOnly(jobs: readonly Job[], isPlace: (job: Job, place: string) => boolean): void {
    const kept = new Map<string, Map<string, Source>>();
    for (const job of jobs) {
      const sources = [...(this.#sources.get(job.config.name) ?? [])].filter(([place]) => isPlace(job, place));
      kept.set(job.config.name, new Map(sources));
    }
    this.#sources = kept;
    for (const job of jobs) {
      for (const [place, { groups, fault }] of kept.get(job.config.name) ?? []) {
        if (groups) this.take(job, place, groups);
        if (fault !== undefined) this.fail(job, place, fault);
      }
    }
  }

  /** All targets, each once. */
  list(otherFaults: readonly string[]): TargetList {
    const targets = new Map<string, { target: Target; job: string }>();
    const doubles: string[] = [];
    const faults = [...otherFaults];
    for (const [job, sources] of this.#sources) {
      for (const source of sources.values()) {
        if (source.fault !== undefined) faults.push(source.fault);
        for (const target of source.targets) {
          const known = targets.get(target.url);
          if (!known) targets.set(target.url, { target, job });
          else if (known.job === job)
            known.target = { ...known.target, labels: { ...known.target.labels, ...target.labels } };
          else
            doubles.push(`${target.url} of job "${job}" is scraped as one of job "${known.job}", which lists it too`);
        }
      }
    }
    const warnings =
      doubles.length > MAX_TOLD ? [...doubles.slice(0, MAX_TOLD), `${doubles.length - MAX_TOLD} more`] : doubles;
    return { targets: [...targets.values()].map(({ target }) => target), faults, warnings };
  }

  #source(job: Job, place: string): Source {
    const { name } = job.config;
    const ofJob = this.#sources.get(name) ?? new Map<string, Source>();
    this.#sources.set(name, ofJob);
    const source = ofJob.get(place) ?? { groups: undefined, targets: [], fault: undefined };
    ofJob.set(place, source);
    return source;
  }
}
