import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setImmediate } from "node:timers/promises";
import { Fetcher } from "./fetcher.ts";

const TARGETS = 8;
const ROUNDS = 6;
let server: Server;
let port: number;

/** A body of each target and round, with letters of two and four bytes that reads may cut through. */
const bodyOf = (target: number, round: number): string =>
  Array.from({ length: 900 }, (_, line) => `metric{host="hôte-${target}",round="${round}",🖥="${line}"} ${line}\n`).join(
    "",
  );

beforeAll(async () => {
  server = createServer((request, response) => {
    const [, target = 0, round = 0] = (request.url ?? "").split("/").map(Number);
    const bytes = Buffer.from(bodyOf(target, round));
    void (async () => {
      // odd sizes, each by itself, so that bodies of many targets come mixed
      for (let from = 0; from < bytes.length; from += 7_001 + 13 * target) {
        response.write(bytes.subarray(from, from + 7_001 + 13 * target));
        await setImmediate();
      }
      response.end();
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => server.close());

it("bodies that come at once, in pieces and over kept connections, stay apart", async () => {
  const fetcher = new Fetcher();
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const answers = await Promise.all(
        Array.from({ length: TARGETS }, (_, target) =>
          fetcher.fetch(`http://127.0.0.1:${port}/${target}/${round}`, { timeoutMs: 10_000, bodyBytes: 1_000_000 }),
        ),
      );
      answers.forEach(({ text, bodyBytes }, target) => {
        const expected = bodyOf(target, round);
        expect(text === expected).toBe(true);
        expect(bodyBytes).toBe(Buffer.byteLength(expected));
      });
    }
  } finally {
    fetcher.close();
  }
});
