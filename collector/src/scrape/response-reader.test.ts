import fc from "fast-check";
import { ResponseReader } from "./response-reader.ts";

const read = (text: string, cuts: readonly number[] = [], maxBytes = 1_000_000): ResponseReader => {
  const reader = new ResponseReader(maxBytes, () => undefined);
  const bytes = Buffer.from(text);
  const shared = Buffer.alloc(bytes.length);
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  for (let index = 1; index < places.length; index++) {
    // always in the same memory, as the client has it
    const length = bytes.copy(shared, 0, places[index - 1], places[index]);
    if (length > 0) reader.take(shared.subarray(0, length));
    shared.fill(0x21);
  }
  return reader;
};
const told = ({ head, text, bodyBytes, isDone }: ResponseReader): unknown => ({ head, text, bodyBytes, isDone });

const BODY = 'é metric{a="🖥"} 1\r\n\r\nb 2\n';
const LENGTH = Buffer.byteLength(BODY);
const chunked = (...parts: string[]): string =>
  `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${parts.map((part) => `${Buffer.byteLength(part).toString(16)};x=1\r\n${part}\r\n`).join("")}0\r\nX-Trailer: 1\r\n\r\n`;
const ANSWERS = [
  `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${LENGTH}\r\n\r\n${BODY}`,
  chunked(BODY.slice(0, 9), BODY.slice(9)),
  `HTTP/1.1 100 Continue\r\n\r\n${chunked(BODY)}`,
  "HTTP/1.1 204 No Content\r\n\r\n",
];

describe("an answer", () => {
  it("is the same however its bytes come", () => {
    fc.assert(
      fc.property(fc.constantFrom(...ANSWERS), fc.array(fc.nat(), { maxLength: 12 }), (answer, cuts) => {
        expect(told(read(answer, cuts))).toEqual(told(read(answer)));
      }),
    );
    expect(ANSWERS.map((answer) => read(answer)).map(({ text, isDone }) => [text, isDone])).toEqual([
      [BODY, true],
      [BODY, true],
      [BODY, true],
      ["", true],
    ]);
  });

  it("without a length ends with its connection, which isn't used again", () => {
    const reader = read(`HTTP/1.1 200 OK\r\n\r\n${BODY}`);
    expect([reader.isDone, reader.end(), reader.text, reader.head?.isKept]).toEqual([false, true, BODY, false]);
  });

  it("that was cut off isn't whole", () => {
    for (const answer of ANSWERS.slice(0, 3)) expect(read(answer.slice(0, -5)).end()).toBe(false);
  });

  it("followed by what nobody asked for doesn't leave a connection to be used", () => {
    expect(read(`${ANSWERS[0] ?? ""}HTTP/1.1 200 OK`)).toMatchObject({
      isDone: true,
      text: BODY,
      head: { isKept: false },
    });
  });

  it("keeps its connection as its version and its head say", () => {
    const kept = (head: string): unknown => read(`${head}\r\nContent-Length: 0\r\n\r\n`).head?.isKept;
    expect(kept("HTTP/1.1 200 OK")).toBe(true);
    expect(kept("HTTP/1.1 200 OK\r\nConnection: close")).toBe(false);
    expect(kept("HTTP/1.0 200 OK")).toBe(false);
  });

  it.each([
    ["another protocol", "SSH-2.0-OpenSSH_9\r\n"],
    ["another protocol, bit by bit", "220 smtp"],
    ["a line that is no header", "HTTP/1.1 200 OK\r\nno header\r\n\r\n"],
    ["a folded header", "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n"],
    ["two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"],
    ["a negative length", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"],
    ["a length and chunks", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"],
    ["an unknown encoding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"],
    ["a chunk's size that is no number", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n"],
    ["a chunk longer than it says", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n"],
    ["a head without an end", `HTTP/1.1 200 OK\r\n${"A: b\r\n".repeat(4_000)}`],
    ["a chunk's size without an end", `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;${"x".repeat(300)}`],
  ])("is refused for %s", (_what, answer) => {
    expect(() => read(answer)).toThrow(expect.objectContaining({ reason: "not_http" }) as Error);
  });

  it("larger than it may be is refused as soon as it is", () => {
    const endless = `HTTP/1.1 200 OK\r\n\r\n${"x".repeat(100)}`;
    expect(() => read(endless, [], 99)).toThrow(expect.objectContaining({ reason: "body_too_large" }) as Error);
  });
});
