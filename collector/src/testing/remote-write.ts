import { PbfWriter } from "pbf";
import { compress } from "snappyjs";

/** A series to be pushed: its labels with `__name__`, and values by time. */
export interface TestSeries {
  labels: Record<string, string>;
  samples: [value: number | "stale", at: number][];
}

/** A request of remote write as Prometheus makes it, by another's encoders than those that read it. */
export function writeRequest(series: readonly TestSeries[]): Buffer {
  return compress(Buffer.from(encodeSeries(series)));
}

/** prometheus.WriteRequest, not compressed. */
export function encodeSeries(series: readonly TestSeries[]): Uint8Array {
  const pbf = new PbfWriter();
  for (const one of series) pbf.writeMessage(1, writeSeries, one);
  return pbf.finish();
}

function writeSeries({ labels, samples }: TestSeries, pbf: PbfWriter): void {
  for (const label of Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)))
    pbf.writeMessage(1, writeLabel, label);
  for (const sample of samples) pbf.writeMessage(2, writeSample, sample);
}

function writeLabel([name, value]: [string, string], pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  pbf.writeStringField(2, value);
}

function writeSample([value, at]: [number | "stale", number], pbf: PbfWriter): void {
  pbf.writeTag(1, 1);
  if (value === "stale") {
    pbf.writeFixed32(2);
    pbf.writeFixed32(0x7ff00000);
  } else pbf.writeDouble(value);
  pbf.writeVarintField(2, at);
}

/**
 * What a Prometheus pushes of one scrape of an exporter: its series with the target's labels, and its own.
 *
 * @param body text of the exporter; undefined: it couldn't be scraped
 */
export function scrapeSeries(target: Record<string, string>, at: number, body: string | undefined): TestSeries[] {
  const lines = (body ?? "").split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const samples = lines.map((line): TestSeries => {
    const [, name = "", labels = "", value = ""] = /^(\w+)\{(.*)\} (\S+)$/.exec(line) ?? [];
    const own = Object.fromEntries(
      [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = "", text = ""]) => [key, text]),
    );
    const kept = Object.entries(own).map(([key, text]) => [key in target ? `exported_${key}` : key, text] as const);
    return { labels: { __name__: name, ...Object.fromEntries(kept), ...target }, samples: [[Number(value), at]] };
  });
  const own = { up: body === undefined ? 0 : 1, scrape_duration_seconds: 0.05, scrape_samples_scraped: lines.length };
  const reports = { ...own, scrape_samples_post_metric_relabeling: lines.length, scrape_series_added: 0 };
  const ofItself = Object.entries(reports).map(([name, value]): TestSeries => ({
    labels: { __name__: name, ...target },
    samples: [[value, at]],
  }));
  return [...samples, ...ofItself];
}
