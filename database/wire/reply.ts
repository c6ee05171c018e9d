import { BaseError } from "#kernel/errors.ts";
import type { Status } from "./messages.ts";

/** One message of the backend, without its header. */
export interface BackendMessage {
  type: string;
  body: Buffer;
}

/** The complete messages of what the backend said. */
export function* messagesOf(bytes: Buffer): Generator<BackendMessage> {
  let start = 0;
  while (start + 5 <= bytes.length) {
    const end = start + 1 + bytes.readInt32BE(start + 1);
    if (end > bytes.length) return;
    yield { type: String.fromCharCode(bytes[start] ?? 0), body: bytes.subarray(start + 5, end) };
    start = end;
  }
}

/** What the gateway must know of a reply. */
export interface Reply {
  /** what goes to the client */
  bytes: Buffer;
  /** of the last ReadyForQuery, if there is one */
  status: Status | undefined;
  /** NotificationResponse messages, which go to whoever listens */
  notifications: Buffer[];
  /** CommandComplete tags in order, e.g. "LISTEN" */
  tags: string[];
}

const DATA_ROW = 0x44;
const NOTABLE = new Set("ZCAE");

/**
 * Reads a reply of the backend.
 *
 * @param sent types of messages that the client has been sent already, in the order in which they come
 * @param refusal stands in for the error whose message contains `REFUSED`
 */
export function readReply(bytes: Buffer, sent = "", refusal?: Buffer): Reply {
  const reply: Reply = { bytes, status: undefined, notifications: [], tags: [] };
  const kept: Buffer[] = [];
  let from = 0;
  let sentCount = 0;
  let end = 0;
  while (end + 5 <= bytes.length) {
    const start = end;
    end = start + 1 + bytes.readInt32BE(start + 1);
    if (bytes[start] === DATA_ROW) continue;
    const type = String.fromCharCode(bytes[start] ?? 0);
    const wasSent = type === sent[sentCount];
    if (wasSent) sentCount++;
    const isRefused = type === "E" && refusal !== undefined && bytes.subarray(start, end).includes(REFUSED);
    if (NOTABLE.has(type)) note(reply, type, bytes.subarray(start, end));
    const isNoise = type === "N" && bytes.subarray(start, end).includes(DEBUG_NOTICE);
    if (!wasSent && !isRefused && !isNoise && type !== "A") continue;
    kept.push(bytes.subarray(from, start), ...(isRefused ? [refusal] : []));
    from = end;
  }
  if (from > 0) reply.bytes = Buffer.concat([...kept, bytes.subarray(from)]);
  return reply;
}

/** The build says this to the client whenever a transaction that has written is aborted. */
const DEBUG_NOTICE = "M# 1743: aborting transaction";

/** In the error of a statement that stands in for one that is refused. */
export const REFUSED = "bc:refused";

function note(reply: Reply, type: string, bytes: Buffer): void {
  if (type === "Z") reply.status = bytes.toString("latin1", 5, 6) as Status;
  else if (type === "C") reply.tags.push(bytes.toString("latin1", 5, bytes.length - 1));
  else if (type === "A") reply.notifications.push(bytes);
}

/** A row of an internal query: texts by column name. */
export type TextRow = Record<string, string | null>;

/**
 * The rows of a simple query's reply (of all its statements together).
 *
 * @throws BaseError `SQL_<SQLSTATE>` with the server's message
 */
export function rowsOf(bytes: Buffer): TextRow[] {
  const rows: TextRow[] = [];
  let columns: string[] = [];
  for (const { type, body } of messagesOf(bytes)) {
    if (type === "T") columns = readColumns(body);
    else if (type === "D") rows.push(readRow(body, columns));
    else if (type === "E") throw readError(body);
  }
  return rows;
}

function readColumns(body: Buffer): string[] {
  let at = 2;
  return Array.from({ length: body.readInt16BE(0) }, () => {
    const end = body.indexOf(0, at);
    const name = body.toString("utf8", at, end);
    at = end + 19;
    return name;
  });
}

function readRow(body: Buffer, columns: readonly string[]): TextRow {
  let at = 2;
  const row: TextRow = {};
  for (const column of columns) {
    const length = body.readInt32BE(at);
    at += 4;
    row[column] = length < 0 ? null : body.toString("utf8", at, at + length);
    at += Math.max(0, length);
  }
  return row;
}

function readError(body: Buffer): BaseError {
  const fields = new Map(
    body
      .toString("utf8")
      .split("\0")
      .map((field) => [field.slice(0, 1), field.slice(1)]),
  );
  return new BaseError(`SQL_${fields.get("C") ?? "XX000"}`, fields.get("M") ?? "unknown database error", {
    hints: [fields.get("H") ?? []].flat(),
  });
}
