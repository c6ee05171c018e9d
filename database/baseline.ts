/**
 * Settings that the build gets wrong on its command line (sequential scans off, debug logs, search path pg_catalog);
 * its configuration files are not read. A client's RESET must come back to these.
 */
export const BASELINE: Readonly<Record<string, string>> = {
  search_path: '"$user", public',
  enable_seqscan: "on",
  client_min_messages: "notice",
  log_min_messages: "fatal",
  TimeZone: "UTC",
};
