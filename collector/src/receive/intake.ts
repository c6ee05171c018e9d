import { METRICS, namesOf } from "../metrics.ts";
import { MAX_AGE_MS, MAX_AHEAD_MS, type PushReject, type RequestLimits } from "./limits.ts";
import type { PushedSample, PushedSeries } from "./write-request.ts";

/** Whose scrapes a Prometheus pushes: what it calls one job and address, and which of several equal Prometheus it is. */
export interface Source {
  job: string;
  instance: string;
  /** of a pair that scrapes the same targets; "" for one alone */
  replica: string;
}

/** One sample, with what its labels say. */
export interface Reading {
  name: string;
  /** without the name and the replica */
  labels: PushedSeries["labels"];
  /** the series, as text */
  key: string;
  value: number;
  isStale: boolean;
}

/** What one request holds of one time of a source: of a whole scrape, or a part of it. */
export interface Part {
  source: Source;
  at: number;
  /** of GPUs, and Prometheus' own of the scrape */
  readings: Reading[];
  /** series of other metrics: they count when we ask whether a scrape has come whole */
  others: string[];
}

/** A request, sorted. */
export interface Intake {
  parts: Part[];
  /** samples of metrics that we keep */
  keptCount: number;
  /** samples of other metrics, which is no fault */
  otherCount: number;
  rejects: Partial<Record<PushReject, number>>;
}

/** Prometheus' own series of a scrape, of which we need these. */
export const REPORTS = {
  up: "up",
  /** how many series of the scrape it keeps */
  count: "scrape_samples_post_metric_relabeling",
  duration: "scrape_duration_seconds",
} as const;

const KEPT = new Set<string>([...METRICS.flatMap((metric) => [...namesOf(metric)]), ...Object.values(REPORTS)]);
/** Further series of a scrape by Prometheus itself, which its count leaves out. */
const UNCOUNTED = new Set([
  "scrape_samples_scraped",
  "scrape_series_added",
  "scrape_timeout_seconds",
  "scrape_sample_limit",
  "scrape_body_size_bytes",
]);
/** By these, equal Prometheus are told apart; the first is Cortex' and Mimir's, the last the Prometheus operator's. */
const REPLICA_LABELS = new Set(["__replica__", "replica", "prometheus_replica"]);
const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
/** Neither can stand in a text of the exporter, nor in the database. */
const FORBIDDEN = "\0";

/** Sorts the series of a request by source and time. What can't be used costs its own samples alone. */
export function sortSeries(request: readonly PushedSeries[], receivedAt: number, limits: RequestLimits): Intake {
  const intake: Intake = { parts: [], keptCount: 0, otherCount: 0, rejects: {} };
  const parts = new Map<string, Part>();
  for (const { labels, samples } of request) {
    const read = readLabels(labels, limits);
    if (typeof read === "string") {
      reject(intake, read, samples.length);
      continue;
    }
    for (const sample of samples) {
      const fault = timeFault(sample.at, receivedAt);
      if (fault) reject(intake, fault, 1);
      else addSample(intake, parts, read, sample);
    }
  }
  intake.parts = [...parts.values()];
  return intake;
}

interface SeriesLabels {
  name: string;
  labels: PushedSeries["labels"];
  source: Source;
  sourceKey: string;
  key: string;
}

function addSample(
  intake: Intake,
  parts: Map<string, Part>,
  { name, labels, source, sourceKey, key }: SeriesLabels,
  { at, value, isStale }: PushedSample,
): void {
  const isKept = KEPT.has(name);
  if (isKept) intake.keptCount++;
  else intake.otherCount++;
  if (UNCOUNTED.has(name)) return;
  const place = `${sourceKey}\0${at}`;
  let part = parts.get(place);
  if (!part) {
    part = { source, at, readings: [], others: [] };
    parts.set(place, part);
  }
  if (isKept) part.readings.push({ name, labels, key, value, isStale });
  else if (!isStale) part.others.push(key);
}

function readLabels(given: PushedSeries["labels"], limits: RequestLimits): SeriesLabels | PushReject {
  if (given.length > limits.labels) return "labels_too_large";
  const source: Source = { job: "", instance: "", replica: "" };
  const labels: [string, string][] = [];
  const names = new Set<string>();
  let name = "";
  for (const [label, value] of given) {
    if (label.length > limits.labelLength || value.length > limits.labelLength) return "labels_too_large";
    if (!LABEL_NAME.test(label) || names.has(label) || value.includes(FORBIDDEN)) return "bad_labels";
    names.add(label);
    if (label === "__name__") name = value;
    else if (REPLICA_LABELS.has(label)) source.replica ||= value;
    else if (value !== "") labels.push([label, value]);
    if (label === "job" || label === "instance") source[label] = value;
  }
  if (!METRIC_NAME.test(name)) return "bad_labels";
  // Without Prometheus' own label the exporter's name for the host is the next best.
  source.instance ||= labels.find(([label]) => label === "Hostname" || label === "hostname")?.[1] ?? "";
  if (source.instance === "") return KEPT.has(name) ? "no_source" : { ...NOWHERE, name };
  const sourceKey = `${source.job}\0${source.instance}\0${source.replica}`;
  return { name, labels, source, sourceKey, key: `${name}\0${labels.join("\0")}` };
}

/** Another's metric without a source: e.g. a recording rule's. */
const NOWHERE = { labels: [], source: { job: "", instance: "", replica: "" }, sourceKey: "", key: "" };

function timeFault(at: number, receivedAt: number): PushReject | undefined {
  if (at > receivedAt + MAX_AHEAD_MS) return "in_future";
  return at < receivedAt - MAX_AGE_MS ? "too_old" : undefined;
}

function reject({ rejects }: Intake, reason: PushReject, count: number): void {
  if (count > 0) rejects[reason] = (rejects[reason] ?? 0) + count;
}
