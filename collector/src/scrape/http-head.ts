import { ScrapeFailure } from "../parse/limits.ts";

/** The head of an answer, as HTTP/1.1 (RFC 9112) has it. */
export interface Head {
  statusCode: number;
  /** by lower-case name; several of a name are joined with ", " */
  headers: Readonly<Record<string, string | undefined>>;
  /** how the body ends: after so many bytes, after its last chunk, or with the connection */
  body: number | "chunked" | "close";
  /** whether the connection may be used again */
  isKept: boolean;
}

const STATUS_LINE = /^HTTP\/1\.([01]) (\d{3})(?: |$)/;
const HEADER_LINE = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*(.*?)[ \t]*$/;
const WITHOUT_BODY = new Set([204, 304]);

/**
 * Reads a head, strictly: what could be understood in two ways isn't read at all.
 *
 * @param text up to the empty line, without it
 * @throws ScrapeFailure `not_http`
 */
export function readHead(text: string): Head {
  const [statusLine = "", ...lines] = text.split("\r\n");
  const [, minor, status] = STATUS_LINE.exec(statusLine) ?? [];
  if (status === undefined) throw notHttp(`the answer begins with ${JSON.stringify(statusLine.slice(0, 40))}`);
  const headers: Record<string, string | undefined> = Object.create(null) as Record<string, string | undefined>;
  for (const line of lines) {
    const [, name, value = ""] = HEADER_LINE.exec(line) ?? [];
    if (name === undefined) throw notHttp(`${JSON.stringify(line.slice(0, 40))} is no header`);
    const before = headers[name.toLowerCase()];
    headers[name.toLowerCase()] = before === undefined ? value : `${before}, ${value}`;
  }
  const statusCode = Number(status);
  const body = WITHOUT_BODY.has(statusCode) || statusCode < 200 ? 0 : bodyOf(headers);
  const connection = headers["connection"]?.toLowerCase() ?? (minor === "1" ? "keep-alive" : "close");
  return { statusCode, headers, body, isKept: body !== "close" && !connection.includes("close") };
}

function bodyOf(headers: Head["headers"]): Head["body"] {
  const [encoding, length] = [headers["transfer-encoding"], headers["content-length"]];
  if (encoding !== undefined) {
    if (length !== undefined) throw notHttp("the answer has both a Content-Length and a Transfer-Encoding");
    if (encoding.toLowerCase() !== "chunked") throw notHttp(`Transfer-Encoding ${encoding.slice(0, 40)} isn't known`);
    return "chunked";
  }
  if (length === undefined) return "close";
  if (!/^\d{1,15}$/.test(length)) throw notHttp(`Content-Length is ${JSON.stringify(length.slice(0, 40))}`);
  return Number(length);
}

/** What isn't HTTP. */
export function notHttp(what: string): ScrapeFailure {
  return new ScrapeFailure("not_http", `not HTTP/1.1: ${what}`);
}
