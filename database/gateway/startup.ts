import { BaseError } from "#kernel/errors.ts";
import type { Frame } from "../wire/frames.ts";
import { int32, latin1, message, parameterStatus, readyForQuery } from "../wire/messages.ts";
import { NO_SETTINGS, OWNER, type Settings } from "./session.ts";

const SSL_REQUEST = 80877103;
const GSS_REQUEST = 80877104;
const CANCEL_REQUEST = 80877102;
const PROTOCOL_3_0 = 3 << 16;

/** A packet of the start-up, read. */
export type Startup =
  | { kind: "encryption" }
  | { kind: "cancel" }
  | { kind: "start"; settings: Settings; minorVersion: number; unknownOptions: string[] };

/** Parameters that name the connection; any other one is a setting. */
const CONNECTION = new Set(["user", "database", "replication", "options"]);

/**
 * Reads a packet of the start-up.
 *
 * @throws BaseError `PROTOCOL`
 */
export function readStartup(frame: Frame): Startup {
  if (frame.body.length < 4) throw new BaseError("PROTOCOL", "invalid length of startup packet");
  const code = frame.body.readInt32BE(0);
  if (code === SSL_REQUEST || code === GSS_REQUEST) return { kind: "encryption" };
  if (code === CANCEL_REQUEST) return { kind: "cancel" };
  if (code >> 16 !== 3) {
    throw new BaseError(
      "PROTOCOL",
      `unsupported frontend protocol ${code >> 16}.${code & 0xffff}: server supports 3.0`,
    );
  }
  const parameters = readParameters(frame.body.toString("utf8", 4));
  const replication = parameters.get("replication") ?? "";
  if (!["", "off", "false", "no", "0"].includes(replication)) {
    throw new BaseError("PROTOCOL", "the embedded database has no replication");
  }
  return {
    kind: "start",
    settings: readSettings(parameters),
    minorVersion: code & 0xffff,
    unknownOptions: [...parameters.keys()].filter((name) => name.startsWith("_pq_.")),
  };
}

function readParameters(text: string): Map<string, string> {
  const parts = text.split("\0");
  const parameters = new Map<string, string>();
  for (let index = 0; index + 1 < parts.length && parts[index] !== ""; index += 2) {
    parameters.set(parts[index] ?? "", parts[index + 1] ?? "");
  }
  return parameters;
}

function readSettings(parameters: ReadonlyMap<string, string>): Settings {
  const settings = new Map<string, string>();
  const options = parameters.get("options") ?? "";
  for (const [, name, value] of options.matchAll(/(?:-c\s*|--)([\w.-]+)=((?:\\.|[^\s\\])*)/g)) {
    settings.set((name ?? "").replaceAll("-", "_").toLowerCase(), (value ?? "").replaceAll(/\\(.)/g, "$1"));
  }
  for (const [name, value] of parameters) {
    if (!CONNECTION.has(name) && !name.startsWith("_pq_.")) settings.set(name.toLowerCase(), value);
  }
  // What every driver sends and every session has anyway isn't worth a switch of settings.
  if (/^'?utf-?8'?$/i.test(settings.get("client_encoding") ?? "")) settings.delete("client_encoding");
  const user = parameters.get("user") ?? OWNER;
  if (user !== OWNER) settings.set("session_authorization", user);
  return settings;
}

/** The messages that end a start-up. */
export function greeting(connectionId: number, parameters: ReadonlyMap<string, string>, start: Startup): Buffer {
  const isNewer = start.kind === "start" && (start.minorVersion > 0 || start.unknownOptions.length > 0);
  const options = start.kind === "start" ? start.unknownOptions : [];
  const settings = start.kind === "start" ? start.settings : NO_SETTINGS;
  return Buffer.concat([
    ...(isNewer ? [message("v", int32(PROTOCOL_3_0, options.length), ...options.map(latin1))] : []),
    message("R", int32(0)),
    ...[...parameters].map(([name, value]) => parameterStatus(name, settings.get(name.toLowerCase()) ?? value)),
    message("K", int32(connectionId, 0)),
    readyForQuery("I"),
  ]);
}
