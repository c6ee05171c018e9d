import fc from "fast-check";
import { FrameReader, type Frame } from "./frames.ts";
import { int32, message, query } from "./messages.ts";

const readAll = (reader: FrameReader, isStarted = true): Frame[] => {
  const frames: Frame[] = [];
  for (let frame = reader.next(isStarted); frame; frame = reader.next(isStarted)) frames.push(frame);
  return frames;
};

describe("FrameReader", () => {
  it("gives the same messages however the stream is cut", () => {
    const texts = fc.array(fc.string({ maxLength: 300 }), { maxLength: 8 });
    const cuts = fc.array(fc.nat(400), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(texts, cuts, (sqls, sizes) => {
        const stream = Buffer.concat(sqls.map(query));
        const reader = new FrameReader(1_000_000);
        const got: Buffer[] = [];
        for (let at = 0, turn = 0; at < stream.length; turn++) {
          const size = (sizes[turn % sizes.length] ?? 0) + 1;
          reader.push(stream.subarray(at, at + size));
          got.push(...readAll(reader).map(({ bytes }) => bytes));
          at += size;
        }
        expect(got).toEqual(sqls.map(query));
      }),
    );
  });

  it("reads packets without a type until the session is started", () => {
    const reader = new FrameReader(1_000);
    reader.push(Buffer.concat([int32(8, 80877103), query("select 1")]));
    expect(reader.next(false)?.body).toEqual(int32(80877103));
    expect(reader.next(true)?.type).toBe("Q");
    expect(reader.next(true)).toBeUndefined();
  });

  it.each([
    ["a type that isn't in the protocol", message("y"), "invalid message type 121"],
    ["a length below its own four bytes", Buffer.from([0x51, 0, 0, 0, 3]), "invalid message length 4"],
    ["a negative length", Buffer.from([0x51, 0xff, 0xff, 0xff, 0xff]), "invalid message length 0"],
    ["a message longer than its bound", Buffer.from([0x51, 0, 0, 4, 0]), "message of 1025 bytes is longer than 1000"],
    ["a Sync with a body that the backend wouldn't take", Buffer.from([0x53, 0, 1, 0, 0]), "longer than 10000"],
    ["a password that nobody asked for", message("p", "secret"), "invalid message type 112"],
  ])("refuses %s", (_what, bytes, text) => {
    const reader = new FrameReader(1_000);
    reader.push(bytes);
    expect(() => reader.next(true)).toThrow(text);
  });

  it("refuses a start-up packet that is an HTTP request", () => {
    const reader = new FrameReader(1_000_000);
    reader.push(Buffer.from("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
    expect(() => reader.next(false)).toThrow("message of 1195725856 bytes is longer than 10000");
  });

  it("fails only by refusing, whatever bytes come", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, isStarted) => {
        const reader = new FrameReader(100);
        reader.push(Buffer.from(bytes));
        const outcome = (): string => {
          try {
            return readAll(reader, isStarted).every((frame) => frame.bytes.length <= 10_001) ? "cut" : "too long";
          } catch (error) {
            return (error as { code: string }).code;
          }
        };
        expect(["cut", "PROTOCOL"]).toContain(outcome());
      }),
    );
  });
});
