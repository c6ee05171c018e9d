import type { LogFolder } from "./log-folder.ts";
import { startRole, type Role } from "./roles.ts";
import type { Teardown } from "./teardown.ts";

/** Flags of a role; `true`: a switch. */
export type RoleFlags = Readonly<Record<string, string | number | true>>;

/** The roles of one network. */
export class RoleSet {
  readonly #options: { logs: LogFolder; logLevel: string; teardown: Teardown; onTrouble: (text: string) => void };
  readonly #roles = new Map<string, { running: Role; start: () => Promise<Role> }>();

  constructor(options: { logs: LogFolder; logLevel: string; teardown: Teardown; onTrouble: (text: string) => void }) {
    this.#options = options;
  }

  /** Starts a role, to be kept running until the network's end. */
  async start(role: string, flags: RoleFlags, env: Readonly<Record<string, string>> = {}): Promise<void> {
    const { logs, logLevel, teardown, onTrouble } = this.#options;
    const args = Object.entries<string | number | true>({ ...flags, "--log-level": logLevel }).flatMap(
      ([flag, value]) => (value === true ? [flag] : [flag, String(value)]),
    );
    const start = (): Promise<Role> => startRole({ role, args, env, logs, onTrouble });
    const kept = { running: await start(), start };
    this.#roles.set(role, kept);
    teardown.add(role, () => kept.running.stop());
  }

  /** Stops some roles, side by side; gives what starts them again. */
  async rest(...names: readonly string[]): Promise<() => Promise<void>> {
    const roles = names.flatMap((name) => this.#roles.get(name) ?? []);
    await Promise.all(roles.map(({ running }) => running.stop()));
    return async () => void (await Promise.all(roles.map(async (role) => (role.running = await role.start()))));
  }

  /** Says a line to all of them. */
  tell(line: string): void {
    for (const { running } of this.#roles.values()) running.tell(line);
  }
}
