import { createClient, type Client } from "graphql-ws";
import { WebSocket } from "ws";

/** A message of a subscription, as a client gets it. */
export interface Told {
  kind: string;
  block: { number: string; hash: string; timestamp?: string };
  resumeAt: { number: string; hash: string };
  events: Record<string, unknown>[];
  undone: string[];
}

/** An answer of a subscription. */
export interface Next {
  data?: Record<string, Told> | null;
  errors?: readonly { message: string; extensions?: Record<string, unknown> }[];
}

/** Somebody who is subscribed. */
export interface Listener {
  readonly answers: Next[];
  /** what was told so far */
  readonly told: Told[];
  /** waits until this many messages were told, and gives them */
  until(count: number): Promise<Told[]>;
  /** waits until the subscription or its connection has ended, and says how */
  readonly ended: Promise<unknown>;
  stop(): Promise<void>;
}

const TIMEOUT_MS = 15_000;

function connectTo(url: string): Client {
  return createClient({ url: url.replace("http", "ws"), webSocketImpl: WebSocket, retryAttempts: 0, lazy: true });
}

/** Subscribes with a connection of its own. */
export function listen(
  url: string,
  query: string,
  variables: Record<string, unknown> = {},
  operationName?: string,
): Listener {
  const client = connectTo(url);
  const answers: Next[] = [];
  let wake = (): void => undefined;
  const told = (): Told[] => answers.flatMap(({ data }) => Object.values(data ?? {}));
  const ended = new Promise<unknown>((resolve) => {
    client.subscribe(
      { query, variables, ...(operationName === undefined ? {} : { operationName }) },
      {
        next: (answer) => {
          answers.push(answer as Next);
          wake();
        },
        error: resolve,
        complete: () => resolve("complete"),
      },
    );
  });
  return {
    answers,
    get told() {
      return told();
    },
    ended,
    until: async (count) => {
      const timeout = setTimeout(() => wake(), TIMEOUT_MS);
      const until = Date.now() + TIMEOUT_MS;
      while (told().length < count && Date.now() < until) await new Promise<void>((resolve) => (wake = resolve));
      clearTimeout(timeout);
      if (told().length < count) throw new Error(`${told().length} of ${count}: ${JSON.stringify(answers)}`);
      return told();
    },
    stop: async () => {
      await client.dispose();
    },
  };
}
