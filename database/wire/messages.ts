/** Transaction status in ReadyForQuery: idle, in a transaction, in a failed one. */
export type Status = "I" | "T" | "E";

/** Joins a message: its type, its length, its parts; a string part ends in NUL. */
export function message(type: string, ...parts: (Buffer | string)[]): Buffer {
  const body = parts.map((part) => (typeof part === "string" ? Buffer.from(`${part}\0`) : part));
  const header = Buffer.allocUnsafe(5);
  header.write(type, 0, "latin1");
  header.writeInt32BE(
    body.reduce((sum, part) => sum + part.length, 4),
    1,
  );
  return Buffer.concat([header, ...body]);
}

/** Big-endian 32-bit integers. */
export function int32(...values: number[]): Buffer {
  const bytes = Buffer.allocUnsafe(4 * values.length);
  values.forEach((value, index) => bytes.writeInt32BE(value, 4 * index));
  return bytes;
}

/** A text whose bytes are kept as they came (see `BodyReader.cstring`). */
export const latin1 = (text: string): Buffer => Buffer.from(`${text}\0`, "latin1");

export const SYNC = message("S");
export const COPY_DONE = message("c");

export const query = (sql: string): Buffer => message("Q", sql);
export const copyFail = (reason: string): Buffer => message("f", reason);
export const readyForQuery = (status: Status): Buffer => message("Z", Buffer.from(status));
export const parameterStatus = (name: string, value: string): Buffer => message("S", name, value);

/** An error as PostgreSQL reports it: `code` is a SQLSTATE, `hint` what to do. FATAL ends the connection. */
export function errorResponse(severity: "ERROR" | "FATAL", code: string, text: string, hint?: string): Buffer {
  const fields = [`S${severity}`, `V${severity}`, `C${code}`, `M${text}`, ...(hint === undefined ? [] : [`H${hint}`])];
  return message("E", ...fields, Buffer.from([0]));
}
