import type { ServerResponse } from "node:http";
import { SECOND_MS } from "#kernel/time.ts";
import type { Delivery } from "./types.ts";

/** Pieces that a slow body comes in. */
const PIECES = 20;

/** Sends a body as a host's faults have it: at once, drop by drop, or half of it. The head has been written. */
export function deliver(response: ServerResponse, body: Buffer, { seconds, isCutOff }: Delivery): void {
  const sent = isCutOff ? body.subarray(0, body.length >> 1) : body;
  const finish = (): void => {
    if (isCutOff) response.socket?.destroySoon();
    else response.end();
  };
  if (seconds === 0) {
    response.write(sent);
    return finish();
  }
  let piece = 0;
  const timer = setInterval(
    () => {
      const from = Math.floor((sent.length * piece) / PIECES);
      response.write(sent.subarray(from, Math.floor((sent.length * ++piece) / PIECES)));
      if (piece < PIECES) return;
      clearInterval(timer);
      finish();
    },
    (seconds * SECOND_MS) / PIECES,
  );
  response.once("close", () => clearInterval(timer));
}
