import { errorResponse, int32, message, readyForQuery } from "./messages.ts";
import { readReply, REFUSED, rowsOf } from "./reply.ts";

const complete = (tag: string): Buffer => message("C", tag);
const notification = message("A", int32(7), "channel", "payload");
const row = (text: string): Buffer =>
  message("D", Buffer.from([0, 1]), int32(Buffer.byteLength(text)), Buffer.from(text));

describe("readReply", () => {
  it("finds status and tags and passes everything on", () => {
    const bytes = Buffer.concat([message("1"), row("x"), complete("SELECT 1"), readyForQuery("T")]);
    expect(readReply(bytes)).toEqual({ bytes, status: "T", notifications: [], tags: ["SELECT 1"] });
  });

  it("takes notifications out", () => {
    const reply = readReply(Buffer.concat([complete("NOTIFY"), notification, readyForQuery("I")]));
    expect(reply.notifications).toEqual([notification]);
    expect(reply.bytes).toEqual(Buffer.concat([complete("NOTIFY"), readyForQuery("I")]));
  });

  it("drops what the client has been sent already, once each and in order", () => {
    const first = [message("1"), message("2"), message("G", Buffer.from([0, 0, 0]))];
    const rest = [complete("COPY 2"), message("1")];
    const reply = readReply(Buffer.concat([...first, ...rest]), "12G");
    expect(reply.bytes).toEqual(Buffer.concat(rest));
    expect(reply.status).toBeUndefined();
  });

  it("puts our words in place of a refused statement's error, and of no other", () => {
    const ours = errorResponse("ERROR", "0A000", "not here");
    const refused = errorResponse("ERROR", "22P02", `invalid input: "${REFUSED}"`);
    const other = errorResponse("ERROR", "25P02", "transaction is aborted");
    expect(readReply(Buffer.concat([refused, readyForQuery("E")]), "", ours).bytes).toEqual(
      Buffer.concat([ours, readyForQuery("E")]),
    );
    expect(readReply(other, "", ours).bytes).toEqual(other);
  });
});

describe("readReply of the WebAssembly build", () => {
  it("drops its debugging notice and keeps every other", () => {
    const noise = message("N", "SWARNING", "C01000", "M# 1743: aborting transaction 7", Buffer.from([0]));
    const notice = message("N", "SNOTICE", "C00000", "Mtable exists", Buffer.from([0]));
    expect(readReply(Buffer.concat([noise, notice, readyForQuery("I")])).bytes).toEqual(
      Buffer.concat([notice, readyForQuery("I")]),
    );
  });
});

describe("rowsOf", () => {
  const columns = message("T", Buffer.from([0, 1]), "name", Buffer.alloc(18));

  it("gives rows by column name, NULL as null", () => {
    const none = message("D", Buffer.from([0, 1]), int32(-1));
    expect(rowsOf(Buffer.concat([columns, row("ä"), none]))).toEqual([{ name: "ä" }, { name: null }]);
  });

  it("throws the server's error with its code and hint", () => {
    const error = errorResponse("ERROR", "42P01", "no such table", "make it");
    expect(() => rowsOf(error)).toThrow(
      expect.objectContaining({ code: "SQL_42P01", message: "no such table", hints: ["make it"] }) as Error,
    );
  });
});
