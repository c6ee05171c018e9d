import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BaseError } from "#kernel/errors.ts";
import { giveOrder, openDesk } from "./desk.ts";

let dir: string;
let close: (() => Promise<void>) | undefined;
/** Lets the order that is being carried out come to its end. */
let finish: (result: unknown) => void;
let begun: Promise<void>;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "bc-desk-"));
});

afterEach(async () => {
  await close?.();
  close = undefined;
  rmSync(dir, { recursive: true });
});

/** A desk whose orders take until `finish`. */
async function openSlowDesk(): Promise<void> {
  let begin: () => void;
  begun = new Promise((resolve) => (begin = resolve));
  const work = new Promise((resolve) => (finish = resolve));
  close = await openDesk(dir, async () => {
    begin();
    return work;
  });
}

it("carries an order out and gives what comes of it, also where a network was killed before", async () => {
  writeFileSync(join(dir, "desk.sock"), ""); // what that leaves
  const orders: unknown[] = [];
  close = await openDesk(dir, async (order) => {
    orders.push(order);
    return { to: 5 };
  });
  expect(await giveOrder(dir, { seconds: 60 })).toEqual({ to: 5 });
  expect(orders).toEqual([{ seconds: 60 }]);
});

it("passes an error on with its code and its mend", async () => {
  close = await openDesk(dir, async () => {
    throw new BaseError("BAD_ADVANCE", "too far", { hints: ["go less far"] });
  });
  const refusal = { code: "BAD_ADVANCE", message: "too far", hints: ["go less far"] };
  await expect(giveOrder(dir, { seconds: 1 })).rejects.toMatchObject(refusal);
});

it("refuses an order while another is carried out", async () => {
  await openSlowDesk();
  const first = giveOrder(dir, {});
  await begun;
  await expect(giveOrder(dir, {})).rejects.toMatchObject({ code: "BUSY" });
  finish("done");
  expect(await first).toBe("done");
});

it("is closed only once what it has begun is done", async () => {
  await openSlowDesk();
  const order = giveOrder(dir, {});
  await begun;
  let isClosed = false;
  const closed = close?.().then(() => (isClosed = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect(isClosed).toBe(false);
  finish("done");
  expect(await order).toBe("done");
  await closed;
});

it("says that no network runs, where none does", async () => {
  await expect(giveOrder(dir, {})).rejects.toMatchObject({
    code: "NOT_RUNNING",
    hints: [expect.stringMatching(/--data/)],
  });
});

it("answers what isn't an order, and takes the next one", async () => {
  close = await openDesk(dir, async (order) => order);
  const socket = createConnection(join(dir, "desk.sock"));
  socket.end("POST / HTTP/1.1\r\nhost: desk\r\ncontent-length: 3\r\nconnection: close\r\n\r\n{]}");
  let answer = "";
  for await (const part of socket) answer += String(part);
  expect(answer).toMatch(/"code":"FAILED"/);
  expect(await giveOrder(dir, { seconds: 60 })).toEqual({ seconds: 60 });
});
