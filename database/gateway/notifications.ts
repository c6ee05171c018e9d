import type { Engine } from "../engine.ts";
import type { Listening } from "../sql/facts.ts";
import { BodyReader } from "../wire/frames.ts";

/** Somebody who can LISTEN. */
export interface Listener {
  notify(notification: Buffer): void;
}

/** Who listens to which channel. The one backend listens to all of them; notifications are handed out here. */
export class Notifications {
  readonly #channels = new Map<Listener, Set<string>>();

  constructor(private readonly engine: Engine) {
    engine.onNotification = (notification) => this.deliver(notification);
  }

  /** Hands a NotificationResponse message to its listeners. */
  deliver(notification: Buffer): void {
    const body = notification.subarray(9);
    const channel = new BodyReader(body).cstring("utf8");
    for (const [listener, channels] of this.#channels) if (channels.has(channel)) listener.notify(notification);
  }

  /**
   * Notes LISTENs and UNLISTENs that a client has carried out. The backend has forgotten the channels of an UNLISTEN for
   * everybody: those that others listen to are listened to again.
   */
  apply(listener: Listener, listenings: readonly Listening[]): void {
    const mine = this.#channels.get(listener) ?? new Set<string>();
    this.#channels.set(listener, mine);
    const dropped = new Set<string>();
    for (const { isListen, channel } of listenings) {
      if (isListen && channel !== undefined) mine.add(channel);
      else if (channel === undefined) mine.clear();
      else mine.delete(channel);
      if (!isListen) (channel === undefined ? this.#all() : [channel]).forEach((name) => dropped.add(name));
    }
    for (const channel of dropped) if (this.#all().has(channel)) this.engine.query(`listen ${quoteName(channel)}`);
  }

  isListening(listener: Listener): boolean {
    return (this.#channels.get(listener)?.size ?? 0) > 0;
  }

  /** Forgets a client; the backend stops listening to what nobody else listens to. */
  remove(listener: Listener): void {
    const mine = this.#channels.get(listener) ?? new Set<string>();
    this.#channels.delete(listener);
    const rest = this.#all();
    for (const channel of mine) if (!rest.has(channel)) this.engine.query(`unlisten ${quoteName(channel)}`);
  }

  #all(): Set<string> {
    return new Set([...this.#channels.values()].flatMap((channels) => [...channels]));
  }
}

/** A name as an SQL identifier. */
export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;
