import type { Facts, Listening } from "../sql/facts.ts";
import type { Status } from "../wire/messages.ts";
import type { Hub } from "./hub.ts";
import { isDeallocate } from "./leftovers.ts";
import { namesPattern } from "./names.ts";
import type { Listener } from "./notifications.ts";
import { literal, NO_SETTINGS, type Settings } from "./session.ts";

/**
 * What one client has changed in the session that all clients share: settings, statements, objects, channels. Its
 * settings come and go with its turns; the rest is removed with the client.
 */
export class Footprint {
  #settings: Settings;
  /** what has run since the session was last left in order */
  #concerns = { settings: false, custom: [] as string[], objects: false };
  #listenings: Listening[] = [];

  /** @param initial the settings that the client came with */
  constructor(
    private readonly id: number,
    private readonly hub: Hub,
    private readonly listener: Listener,
    private readonly initial: Settings,
  ) {
    this.#settings = initial;
  }

  /**
   * Makes the session's settings the client's.
   *
   * @throws BaseError `SQL_…` for settings that can't be had
   */
  enter(): void {
    this.hub.session.enter(this.#settings);
  }

  /** Notes what has run: the facts of its SQL, and the tags and the status that came of it. */
  note(facts: readonly Facts[], tags: readonly string[], status: Status): void {
    const wanted = facts.flatMap(({ listenings }) => listenings);
    for (const tag of tags) {
      if (tag === "LISTEN" || tag === "UNLISTEN") this.#listenings.push(...wanted.splice(0, 1));
      // that of a savepoint leaves the transaction open
      else if (tag === "ROLLBACK" && status !== "T") this.#listenings = [];
    }
    for (const { mayChangeSettings, customSettings, mayLeaveObjects } of facts) {
      this.#concerns.settings ||= mayChangeSettings;
      this.#concerns.custom.push(...customSettings);
      this.#concerns.objects ||= mayLeaveObjects;
    }
  }

  /** Takes stock at the end of a turn, outside any transaction. */
  settle(): void {
    const { session, leftovers, notifications } = this.hub;
    if (this.#concerns.settings) this.#settings = this.#own(session.leave(this.#concerns.custom));
    if (this.#concerns.objects) leftovers.note(this);
    if (this.#listenings.length > 0) notifications.apply(this.listener, this.#listenings);
    this.#concerns = { settings: false, custom: [], objects: false };
    this.#listenings = [];
  }

  /** The same after a transaction that we have rolled back. */
  settleRolledBack(): void {
    this.#listenings = [];
    this.settle();
  }

  /** DISCARD ALL or DEALLOCATE ALL for this client alone, outside any transaction. */
  clear(what: NonNullable<Facts["clearsAll"]>): void {
    this.hub.session.enter(NO_SETTINGS); // the client's role may not be allowed to
    this.#closeStatements();
    if (what === "DEALLOCATE ALL") return this.hub.leftovers.remove(this, isDeallocate);
    this.#settings = this.initial;
    this.hub.notifications.apply(this.listener, [{ isListen: false, channel: undefined }]);
    this.hub.leftovers.remove(this);
  }

  /** Whether there is something for `remove` to do. */
  hasLeft(hasNamedStatements: boolean): boolean {
    return hasNamedStatements || this.hub.notifications.isListening(this.listener) || this.hub.leftovers.isOwner(this);
  }

  /** Removes all of it, in a turn of its own. */
  remove(hasNamedStatements: boolean): void {
    this.hub.session.enter(NO_SETTINGS);
    if (hasNamedStatements) this.#closeStatements();
    this.hub.leftovers.remove(this);
    this.hub.notifications.remove(this.listener);
  }

  /** Whatever a client does, it stays the user it came as; only the database's owner may become another. */
  #own(settings: Settings): Settings {
    const user = this.initial.get("session_authorization");
    if (user === undefined || settings.get("session_authorization") === user) return settings;
    return new Map([...settings, ["session_authorization", user]]);
  }

  #closeStatements(): void {
    const pattern = literal(namesPattern(this.id));
    const rows = this.hub.engine.query(
      `select format('deallocate %I', name) as sql from pg_prepared_statements where not from_sql and name like ${pattern}`,
    );
    for (const row of rows) this.hub.engine.query(row["sql"] ?? "");
  }
}
