import { rmSync } from "node:fs";
import { createServer, request, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { BaseError, messageOf } from "#kernel/errors.ts";

/** Longest order, characters. */
const MAX_ORDER = 1_000;
/** Within so long an order must be there. */
const ORDER_MS = 5_000;
const pathOf = (dataDir: string): string => join(dataDir, "desk.sock");

/** What a desk answers. */
type Answer = { result: unknown } | { error: { code: string; message: string; hints: readonly string[] } };

/**
 * Takes orders for a running network on a socket in its data folder: who may write there may give orders. One at a time.
 *
 * @param act carries out an order
 * @returns closes it, once what is being done is done
 * @throws Error where the system allows no such socket, for example since the folder's path is too long
 */
export async function openDesk(
  dataDir: string,
  act: (order: unknown) => Promise<unknown>,
): Promise<() => Promise<void>> {
  const path = pathOf(dataDir);
  rmSync(path, { force: true }); // of a network that was killed: the folder is ours
  let taken: Promise<void> | undefined;
  const server = createServer(
    { requestTimeout: ORDER_MS, connectionsCheckingInterval: ORDER_MS },
    (incoming, response) => {
      const tell = (answer: Answer): void => {
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
      };
      if (taken) return tell(refusal(new BaseError("BUSY", "the network is being brought to another time already")));
      taken = readOrder(incoming)
        .then(act)
        .then((result): Answer => ({ result }), refusal)
        .then(tell)
        .finally(() => (taken = undefined));
    },
  );
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(path, resolve));
  return async () => {
    server.close();
    await taken;
    server.closeAllConnections();
  };
}

async function readOrder(incoming: IncomingMessage): Promise<unknown> {
  const order = await text(incoming);
  if (order.length > MAX_ORDER) throw new BaseError("BAD_ORDER", "the order is too long");
  return JSON.parse(order) as unknown;
}

function refusal(error: unknown): Answer {
  const { code, hints } = error instanceof BaseError ? error : { code: "FAILED", hints: [] };
  return { error: { code, message: messageOf(error), hints } };
}

/**
 * Gives an order to the network that runs on a data folder, and waits until it is carried out.
 *
 * @throws BaseError `NOT_RUNNING`, or what the network says
 */
export async function giveOrder<T>(dataDir: string, order: object): Promise<T> {
  const answer = JSON.parse(await post(dataDir, JSON.stringify(order))) as Answer;
  if ("result" in answer) return answer.result as T;
  const { code, message, hints } = answer.error;
  throw new BaseError(code, message, { hints });
}

function post(dataDir: string, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath: pathOf(dataDir), method: "POST" }, (response) => {
      text(response).then(resolve, (cause: unknown) => reject(cut(dataDir, cause)));
    });
    sent.on("error", (cause: NodeJS.ErrnoException) => {
      reject(cause.code === "ECONNRESET" ? cut(dataDir, cause) : notRunning(dataDir, cause));
    });
    sent.end(body);
  });
}

function notRunning(dataDir: string, cause: unknown): BaseError {
  return new BaseError("NOT_RUNNING", `no network of ours runs on data folder ${dataDir}`, {
    cause,
    hints: ["start one (`npm start`), or name its folder with --data"],
  });
}

function cut(dataDir: string, cause: unknown): BaseError {
  return new BaseError("CUT_OFF", `the network on ${dataDir} was stopped before it was done`, { cause });
}
