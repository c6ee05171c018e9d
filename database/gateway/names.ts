import { createHash } from "node:crypto";
import { BodyReader, type Frame } from "../wire/frames.ts";
import { latin1, message } from "../wire/messages.ts";

/** Longest name that PostgreSQL tells from a longer one. */
const NAME_LIMIT = 63;

/** The client's names in a message of the extended protocol; "" is the unnamed statement or portal. */
export interface Names {
  statement?: string;
  portal?: string;
}

/**
 * The name under which the shared backend knows a client's statement or portal: the client's own, with the connection's
 * number before it. The unnamed ones stay unnamed.
 *
 * @example backendName(7, "find_gpu") === "7.find_gpu"
 */
export function backendName(connectionId: number, name: string): string {
  if (name === "") return "";
  const full = `${connectionId}.${name}`;
  if (full.length <= NAME_LIMIT) return full;
  return `${connectionId}.#${createHash("sha1").update(name, "latin1").digest("hex")}`;
}

/** Matches every statement of a connection in `pg_prepared_statements`. */
export const namesPattern = (connectionId: number): string => `${connectionId}.%`;

/**
 * A message with its names made those of the backend.
 *
 * @throws BaseError `PROTOCOL` if its body is cut short
 */
export function renameFrame(connectionId: number, frame: Frame): { names: Names; bytes: Buffer } {
  const body = new BodyReader(frame.body);
  const own = (name: string): Buffer => latin1(backendName(connectionId, name));
  switch (frame.type) {
    case "P": {
      const statement = body.cstring();
      return {
        names: { statement },
        bytes: statement === "" ? frame.bytes : message("P", own(statement), body.rest()),
      };
    }
    case "B": {
      const portal = body.cstring();
      const statement = body.cstring();
      const isUnnamed = portal === "" && statement === "";
      const bytes = isUnnamed ? frame.bytes : message("B", own(portal), own(statement), body.rest());
      return { names: { portal, statement }, bytes };
    }
    case "D":
    case "C": {
      const kind = body.byte();
      const name = body.cstring();
      const bytes = name === "" ? frame.bytes : message(frame.type, Buffer.from(kind, "latin1"), own(name));
      return { names: kind === "P" ? { portal: name } : { statement: name }, bytes };
    }
    case "E": {
      const portal = body.cstring();
      return { names: { portal }, bytes: portal === "" ? frame.bytes : message("E", own(portal), body.rest()) };
    }
    default:
      return { names: {}, bytes: frame.bytes };
  }
}
