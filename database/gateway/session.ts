import { BASELINE } from "../baseline.ts";
import type { Engine } from "../engine.ts";
import type { TextRow } from "../wire/reply.ts";

/** Settings of a client that differ from the baseline, by name. `role` and `session_authorization` count as settings. */
export type Settings = ReadonlyMap<string, string>;

export const NO_SETTINGS: Settings = new Map();

/** The superuser that the backend belongs to. */
export const OWNER = "postgres";

/** PostgreSQL lists neither the role nor the session's user among its settings. */
const READ_SETTINGS = `select name, setting, reset_val from pg_settings where source = 'session'
  union all select 'role', current_setting('role'), 'none'
  union all select 'session_authorization', session_user, '${OWNER}'`;

const FOLDED_BASELINE = new Map(Object.entries(BASELINE).map(([name, value]) => [name.toLowerCase(), value]));

/**
 * The settings of the one backend's session, made to be those of whichever client has its turn: what one client SETs,
 * no other sees.
 */
export class Session {
  #current: Settings = NO_SETTINGS;
  /** what a setting has when nobody changed it, for names outside the baseline */
  readonly #defaults = new Map<string, string>([
    ["role", "none"],
    ["session_authorization", OWNER],
  ]);

  /** settings of no extension that somebody has set: PostgreSQL doesn't list them */
  readonly #custom = new Set<string>();

  constructor(private readonly engine: Engine) {}

  /**
   * Makes the session's settings `wanted`.
   *
   * @throws BaseError `SQL_…` if one of them can't be had; then the session is as it was
   */
  enter(wanted: Settings): void {
    if (wanted === this.#current || (wanted.size === 0 && this.#current.size === 0)) return;
    this.#learnDefaults(wanted);
    const changes = new Map<string, string>();
    for (const name of this.#current.keys()) if (!wanted.has(name)) changes.set(name, this.#default(name));
    for (const [name, value] of wanted) if (this.#current.get(name) !== value) changes.set(name, value);
    if (changes.size > 0) this.engine.query(assignments(changes));
    this.#current = wanted;
  }

  /**
   * Reads what the client has made of the settings, and puts back the baseline where a RESET has gone behind it.
   *
   * @param customSettings names with a dot that it may have set
   */
  leave(customSettings: readonly string[] = []): Settings {
    for (const name of customSettings) this.#custom.add(name.toLowerCase());
    const custom = [...this.#custom].map((name) => {
      return ` union all select ${literal(name)}, coalesce(current_setting(${literal(name)}, true), ''), ''`;
    });
    const rows = this.engine.query(READ_SETTINGS + custom.join(""));
    const settings = new Map<string, string>();
    const seen = new Set<string>();
    for (const row of rows) this.#note(row, settings, seen);
    this.#current = settings;
    const lost = [...FOLDED_BASELINE].filter(([name]) => !seen.has(name));
    if (lost.length > 0) this.engine.query(assignments(new Map(lost)));
    return settings;
  }

  /** The defaults of settings that a client brings with it must be known before they are changed. */
  #learnDefaults(wanted: Settings): void {
    const unknown = [...wanted.keys()].filter((name) => !FOLDED_BASELINE.has(name) && !this.#defaults.has(name));
    if (unknown.length === 0) return;
    const names = unknown.map(literal).join(", ");
    const rows = this.engine.query(
      `select lower(name) as name, reset_val from pg_settings where lower(name) in (${names})`,
    );
    for (const { name, reset_val } of rows) this.#defaults.set(name ?? "", reset_val ?? "");
  }

  #note({ name, setting, reset_val }: TextRow, settings: Map<string, string>, seen: Set<string>): void {
    const key = (name ?? "").toLowerCase();
    seen.add(key);
    if (!FOLDED_BASELINE.has(key) && !this.#defaults.has(key)) this.#defaults.set(key, reset_val ?? "");
    if (setting !== this.#default(key)) settings.set(key, setting ?? "");
  }

  #default(name: string): string {
    return FOLDED_BASELINE.get(name) ?? this.#defaults.get(name) ?? "";
  }
}

/** The session's user comes first, then settings (some need its rights), then the role. */
const ORDER = ["session_authorization", "", "role"];

function assignments(values: ReadonlyMap<string, string>): string {
  const rank = (name: string): number => (ORDER.includes(name) ? ORDER.indexOf(name) : 1);
  const calls = [...values]
    .sort(([one], [other]) => rank(one) - rank(other))
    .map(([name, value]) => `set_config(${literal(name)}, ${literal(value)}, false)`);
  return `select ${calls.join(", ")}`;
}

/** A text as an SQL literal. */
export function literal(text: string): string {
  return text.includes("\\")
    ? `E'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`
    : `'${text.replaceAll("'", "''")}'`;
}
