/** An alert: a question to the database, and from which answer on it calls. */
export interface AlertSpec {
  /** "bc-…", for ever: Grafana keeps an alert's state under it */
  uid: string;
  title: string;
  /** critical: money or data is lost while nobody looks; warning: it will be */
  severity: "critical" | "warning";
  /**
   * SQL without macros (an alert has no range) and without `$`, which Grafana takes for a variable of its environment.
   * Text columns become labels; of numbers there is one column, "value". No row is as good as a value that doesn't call.
   */
  sql: string;
  /** calls above this; in the unit that `summary` names */
  above: number;
  /** how long it must be so, e.g. "5m" */
  holds: string;
  /** what has happened, with the unit of the value */
  summary: string;
  /** what to do first */
  runbook: string;
  /** where to look: uid of a dashboard and title of a panel on it */
  look: { dashboard: string; panel: string };
}
