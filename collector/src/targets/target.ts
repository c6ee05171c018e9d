/** One exporter endpoint. */
export interface Target {
  /** its identity, e.g. "http://10.0.0.7:9400/metrics" */
  readonly url: string;
  /** labels of the target file, without those that begin with two underscores */
  readonly labels: Readonly<Record<string, string>>;
}
