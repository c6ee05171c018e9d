import { int32 } from "../wire/messages.ts";
import { startup } from "../wire/client.ts";
import { readStartup } from "./startup.ts";

const read = (packet: Buffer): ReturnType<typeof readStartup> =>
  readStartup({ type: "", bytes: packet, body: packet.subarray(4) });
const settings = (parameters: Record<string, string>): Record<string, string> => {
  const packet = read(startup(parameters));
  return packet.kind === "start" ? Object.fromEntries(packet.settings) : {};
};

describe("readStartup", () => {
  it("tells encryption and cancel requests from starts", () => {
    expect(read(int32(8, 80877103))).toEqual({ kind: "encryption" });
    expect(read(int32(8, 80877104))).toEqual({ kind: "encryption" });
    expect(read(int32(16, 80877102, 1, 2))).toEqual({ kind: "cancel" });
    expect(read(startup({ user: "postgres" }))).toMatchObject({ kind: "start", minorVersion: 0, unknownOptions: [] });
  });

  it("takes parameters for settings, except those that name the connection", () => {
    expect(settings({ user: "postgres", database: "x", application_name: "a b", TimeZone: "UTC" })).toEqual({
      application_name: "a b",
      timezone: "UTC",
    });
  });

  it("leaves out the encoding that every session has", () => {
    expect(settings({ client_encoding: "UTF8" })).toEqual({});
    expect(settings({ client_encoding: "'utf-8'" })).toEqual({});
    expect(settings({ client_encoding: "LATIN1" })).toEqual({ client_encoding: "LATIN1" });
  });

  it("reads -c, -c with a space, and -- from options, with escaped spaces", () => {
    expect(settings({ options: "-c a.b=1 -csearch_path=x\\ y --statement-timeout=5" })).toEqual({
      "a.b": "1",
      search_path: "x y",
      statement_timeout: "5",
    });
  });

  it("takes any user but the owner for the session's user", () => {
    expect(settings({ user: "reader" })).toEqual({ session_authorization: "reader" });
    expect(settings({ user: "postgres" })).toEqual({});
  });
});
