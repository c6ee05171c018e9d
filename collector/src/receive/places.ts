import { REPORTS, type Reading } from "./intake.ts";

/** What a Prometheus calls a target: the labels that it puts on every series of it. */
export type TargetLabels = Readonly<Record<string, string>>;

/** The target of a pushed series, and the series as its exporter printed it. */
export interface Placed {
  place: TargetLabels;
  reading: Reading;
}

/** Every pushed target's URL begins so. */
export const PUSH_SCHEME = "push:";

/**
 * The identity of a pushed target. The operator stands first and comes from its token, so that nobody can push another's.
 *
 * @example push://operator-1/dcgm/10.0.0.7:9400?region=eu
 */
export function pushUrl(operator: string, place: TargetLabels): string {
  const { job = "", instance = "", ...rest } = place;
  const more = new URLSearchParams(Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1))).toString();
  const path = `${encodeURIComponent(job)}/${encodeURIComponent(instance)}`;
  return `${PUSH_SCHEME}//operator-${encodeURIComponent(operator)}/${path}${more === "" ? "" : `?${more}`}`;
}

/** The targets that a scrape's own series name: `up` has a target's labels and nothing else. */
export function placesOf(readings: readonly Reading[]): TargetLabels[] {
  return readings.filter(({ name }) => name === REPORTS.up).map(({ labels }) => Object.fromEntries(labels));
}

/**
 * Finds the target of a series: the one of which it has the most labels. Two targets may have one job and address, e.g.
 * where several hosts are behind one port.
 *
 * @param places those that may be; with none the series' own job, address and host name make one
 */
export function placeReading(reading: Reading, places: readonly TargetLabels[]): Placed {
  const place = places.length === 1 && places[0] ? places[0] : bestPlace(Object.fromEntries(reading.labels), places);
  return { place, reading: { ...reading, labels: exporterLabels(reading.labels, place) } };
}

function bestPlace(own: Record<string, string>, places: readonly TargetLabels[]): TargetLabels {
  let best: TargetLabels | undefined;
  let most = -1;
  for (const place of places) {
    const same = Object.entries(place).filter(([name, value]) => own[name] === value).length;
    if (same > most) [best, most] = [place, same];
  }
  return best ?? placeByItself(own);
}

function placeByItself({ job, instance, hostname, Hostname }: Record<string, string>): TargetLabels {
  const host = hostname ?? Hostname;
  return {
    ...(job === undefined ? {} : { job }),
    ...(instance === undefined ? {} : { instance }),
    ...(host === undefined ? {} : { host }),
  };
}

const EXPORTED = "exported_";

/**
 * The labels as the exporter printed them. What Prometheus added is taken away; where a label of both had one name, it has
 * renamed the exporter's to `exported_…`: with Kubernetes, `pod` is the exporter's own and `exported_pod` the GPU's.
 */
function exporterLabels(labels: Reading["labels"], place: TargetLabels): [string, string][] {
  const isAdded = ([name, value]: [string, string]): boolean =>
    name === "job" || name === "instance" || place[name] === value;
  if (!labels.some(([name]) => name.startsWith(EXPORTED))) return labels.filter((label) => !isAdded(label));
  const exported = new Set(labels.map(([name]) => (name.startsWith(EXPORTED) ? name.slice(EXPORTED.length) : "")));
  return labels.flatMap(([name, value]): [string, string][] => {
    if (name.startsWith(EXPORTED)) return [[name.slice(EXPORTED.length), value]];
    return exported.has(name) || isAdded([name, value]) ? [] : [[name, value]];
  });
}

/** Readings put back into the text that they were read from, for the one parser that knows all exporters. */
export function toText(readings: readonly Reading[]): string {
  return readings.map(({ name, labels, value }) => `${name}{${labels.map(toLabel).join(",")}} ${value}\n`).join("");
}

function toLabel([name, value]: [string, string]): string {
  return `${name}="${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}
