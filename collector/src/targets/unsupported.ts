/** What a Prometheus configuration may hold and we don't support: what to do instead. */
const ELSEWHERE = "this file is for scraping only; leave it out";
const LABELS = "write the labels into the target lists";
const DISCOVERY = "write its targets to a file_sd file, or serve them as http_sd";

/** At the top of the file. */
export const UNSUPPORTED_AT_TOP = {
  alerting: ELSEWHERE,
  otlp: ELSEWHERE,
  remote_read: ELSEWHERE,
  remote_write: ELSEWHERE,
  rule_files: ELSEWHERE,
  runtime: ELSEWHERE,
  storage: ELSEWHERE,
  tracing: ELSEWHERE,
  scrape_config_files: "write all jobs into this file",
};

/** In `global`. */
export const UNSUPPORTED_GLOBALLY = {
  evaluation_interval: ELSEWHERE,
  rule_query_offset: ELSEWHERE,
  query_log_file: ELSEWHERE,
  scrape_failure_log_file: "failed scrapes are rows of telemetry.scrape",
  external_labels: LABELS,
  body_size_limit: "bodies are limited to 4 MiB",
  sample_limit: "samples are limited to 10000 a scrape",
};

/** In a job. */
export const UNSUPPORTED_IN_JOB = {
  oauth2: "get the token by a program of yours, and name its file as authorization.credentials_file",
  proxy_url: "scrapes go directly; run a collector where the targets can be reached",
  proxy_from_environment: "scrapes go directly; run a collector where the targets can be reached",
  proxy_connect_header: "scrapes go directly; run a collector where the targets can be reached",
  no_proxy: "scrapes go directly; leave it out",
  http_headers: "use basic_auth or authorization",
  relabel_configs: LABELS,
  metric_relabel_configs: "collector/metrics.csv says which fields are kept",
  honor_labels: "leave it out: labels of exporters are kept apart from those of targets",
  honor_timestamps: "leave it out: samples have the time of their scrape",
  track_timestamps_staleness: "leave it out: samples have the time of their scrape",
  enable_compression: "leave it out: answers are asked for uncompressed",
  enable_http2: "leave it out: scrapes use HTTP/1.1",
  scrape_protocols: "leave it out: Prometheus text and OpenMetrics are read",
  fallback_scrape_protocol: "leave it out: any content type is read",
  body_size_limit: "leave it out: bodies are limited to 4 MiB",
  sample_limit: "leave it out: samples are limited to 10000 a scrape",
  label_limit: "leave it out: labels are limited to 64",
  label_name_length_limit: "leave it out: texts are limited to 1024 characters",
  label_value_length_limit: "leave it out: texts are limited to 1024 characters",
  target_limit: "leave it out: targets are limited to 50000 a list",
  ...Object.fromEntries(
    [
      ...["aws", "azure", "consul", "digitalocean", "dns", "docker", "dockerswarm", "ec2", "eureka", "gce", "hetzner"],
      ...["ionos", "kubernetes", "kuma", "lightsail", "linode", "marathon", "nerve", "nomad", "openstack", "ovhcloud"],
      ...["puppetdb", "scaleway", "serverset", "stackit", "triton", "uyuni", "vultr"],
    ].map((name) => [`${name}_sd_configs`, DISCOVERY]),
  ),
};

/** In `tls_config`. */
export const UNSUPPORTED_IN_TLS = {
  ca: "write it to a file, and name that as ca_file",
  cert: "write it to a file, and name that as cert_file",
  key: "write it to a file, and name that as key_file",
  ca_ref: "name a ca_file",
  cert_ref: "name a cert_file",
  key_ref: "name a key_file",
  min_version: "leave it out: TLS 1.2 or later is used",
  max_version: "leave it out: TLS 1.2 or later is used",
};
