import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** A way to a database that breaks when it is told to. */
export interface FlakyDatabase {
  readonly url: string;
  /** connections broken so far */
  readonly faults: number;
  /** breaks the next connections that send this text, before it gets there */
  refuse(text: string, times?: number): void;
  /** breaks the next connection that sends this text (any, if empty) once its transaction is committed: nobody hears of it */
  loseCommitAfter(text: string): void;
  /** holds the next commit of a transaction that sends this text until `release` resolves */
  holdCommitAfter(text: string, release: () => Promise<void>): void;
  /** breaks every connection that is open now */
  cut(): void;
  /** lets no connection through anymore, or lets them again */
  bar(isBarred: boolean): void;
  close(): void;
}

/** PostgreSQL's message for the plain query `commit`. */
const COMMIT = Buffer.from([0x51, 0, 0, 0, 11, ...Buffer.from("commit\0")]);

interface Plan {
  refused: string;
  refusals: number;
  lost: string | undefined;
  isBarred: boolean;
  held: { readonly text: string; readonly release: () => Promise<void> } | undefined;
}

/** Puts a breakable connection between a database and its client. */
export async function startFlakyDatabase(databaseUrl: string): Promise<FlakyDatabase> {
  const { port, hostname } = new URL(databaseUrl);
  const plan: Plan = { refused: "", refusals: 0, lost: undefined, isBarred: false, held: undefined };
  const open = new Set<Socket>();
  const cutAll = (): void => {
    for (const socket of open) socket.destroy();
  };
  const database = {
    url: "",
    faults: 0,
    refuse: (text: string, times = 1) => Object.assign(plan, { refused: text, refusals: times }),
    loseCommitAfter: (text: string) => Object.assign(plan, { lost: text }),
    holdCommitAfter: (text: string, release: () => Promise<void>) => Object.assign(plan, { held: { text, release } }),
    cut: () => {
      database.faults++;
      cutAll();
    },
    bar: (isBarred: boolean) => {
      plan.isBarred = isBarred;
      if (isBarred) cutAll();
    },
    close: () => {
      server.close();
      cutAll();
    },
  };
  const server = createServer((client) => {
    if (plan.isBarred) return void client.destroy();
    const upstream = connect(Number(port), hostname);
    const cut = (): void => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on("error", cut).on("close", () => {
        open.delete(socket);
        cut();
      });
    }
    join(client, upstream, plan, () => {
      database.faults++;
      cut();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = new URL(databaseUrl);
  url.port = String((server.address() as AddressInfo).port);
  database.url = url.href;
  return database;
}

/** Passes on what each side says, until the plan calls for a break. */
function join(client: Socket, upstream: Socket, plan: Plan, fail: () => void): void {
  let isMarked = false;
  let isLosing = false;
  let release: (() => Promise<void>) | undefined;
  client.on("data", (chunk) => {
    if (plan.refusals > 0 && chunk.includes(plan.refused)) {
      plan.refusals--;
      return fail();
    }
    if (plan.lost !== undefined && chunk.includes(plan.lost)) {
      isMarked = true;
      plan.lost = undefined;
    }
    isLosing ||= isMarked && chunk.equals(COMMIT);
    if (plan.held && chunk.includes(plan.held.text)) {
      release = plan.held.release;
      plan.held = undefined;
    }
    if (release === undefined || !chunk.equals(COMMIT)) return void upstream.write(chunk);
    void release().then(() => upstream.write(chunk));
    release = undefined;
  });
  upstream.on("data", (chunk) => (isLosing ? fail() : client.write(chunk)));
}
