import type { IncomingMessage } from "node:http";
import { Agent as HttpsAgent, get as httpsGet } from "node:https";
import { messageOf } from "#kernel/errors.ts";
import { ScrapeFailure } from "../parse/limits.ts";
import type { Access } from "./access.ts";
import { OPEN_GUARD, type Guard } from "./guard.ts";
import type { Head } from "./http-head.ts";
import { PlainClient, StaleConnection, type PlainRequest } from "./plain-client.ts";

/** An exporter's answer. */
export interface Answer {
  text: string;
  bodyBytes: number;
  /** lower-case media type, "" when not sent */
  contentType: string;
  /** the exporter's Date header less our clock, in seconds; null without one */
  clockSkewSeconds: number | null;
}

/** Bounds of one request. */
export interface FetchLimits {
  /** for the whole exchange, so that neither silence nor a trickle holds it up */
  timeoutMs: number;
  bodyBytes: number;
}

/** How it is asked. */
export interface FetchOptions extends FetchLimits {
  /** credentials and TLS; nothing when left out */
  access?: Access | undefined;
  /** in the place of those of a scrape */
  headers?: Readonly<Record<string, string>>;
}

/** Connections that are kept, and how many. */
const KEPT = { keepAlive: true, maxFreeSockets: 4_096 };

/** Asks exporters, over connections that are kept, of addresses that its guard allows. */
export class Fetcher {
  readonly #guard: Pick<Guard, "checkLiteral" | "lookup">;
  readonly #http = new PlainClient();
  readonly #https = new HttpsAgent(KEPT);
  /** connections aren't shared by those who may not ask alike */
  readonly #httpsOf = new Map<Access, HttpsAgent>();

  constructor(guard: Pick<Guard, "checkLiteral" | "lookup"> = OPEN_GUARD) {
    this.#guard = guard;
  }

  /**
   * GETs a target once. Redirects are not followed, nothing is decompressed, and no more than `bodyBytes` are read
   * whatever Content-Length says.
   *
   * @throws ScrapeFailure for whatever goes wrong
   */
  async fetch(url: string, options: FetchOptions): Promise<Answer> {
    // AbortSignal.timeout would live on until its time, with all that hangs on it.
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(), options.timeoutMs);
    const deadline = timeout.signal;
    try {
      return await this.#exchange(url, options, deadline);
    } catch (error) {
      // The exporter may have closed an idle connection just as we used it: that says nothing of its health.
      if (!(error instanceof StaleConnection) || deadline.aborted) throw toFailure(error, deadline, options);
      return await this.#exchange(url, options, deadline).catch((again: unknown) => {
        throw toFailure(again, deadline, options);
      });
    } finally {
      clearTimeout(timer);
    }
  }

  /** Closes what is kept of accesses that are no longer in force; requests under way end undisturbed. */
  keepOnly(accesses: ReadonlySet<Access>): void {
    for (const [access, agent] of this.#httpsOf) {
      if (accesses.has(access)) continue;
      this.#httpsOf.delete(access);
      // What it still has in use is closed, not kept, when it is done.
      (agent as HttpsAgent & { keepAlive: boolean }).keepAlive = false;
      for (const socket of Object.values(agent.freeSockets).flat()) socket?.destroy();
    }
  }

  /** Cuts every connection, those in use too. */
  close(): void {
    this.#http.close();
    for (const agent of [this.#https, ...this.#httpsOf.values()]) agent.destroy();
  }

  async #exchange(target: string, options: FetchOptions, signal: AbortSignal): Promise<Answer> {
    const { access, timeoutMs, bodyBytes: maxBytes } = options;
    const url = new URL(target);
    const isTls = url.protocol === "https:";
    checkSecret(isTls, access);
    this.#guard.checkLiteral(url.hostname);
    const asked = options.headers ?? {
      accept: "text/plain;version=0.0.4;q=1,*/*;q=0.1",
      "x-prometheus-scrape-timeout-seconds": String(timeoutMs / 1_000),
    };
    const headers = { ...asked, ...COMMON_HEADERS, ...access?.headers() };
    const { lookup } = this.#guard;
    const sentAt = Date.now();
    const request = { url, headers, lookup, signal, maxBytes, onHead: checkHead };
    const { head, text, bodyBytes } = await (isTls ? this.#getByTls(request, access) : this.#http.get(request));
    const date = Date.parse(head.headers["date"] ?? "");
    return {
      text,
      bodyBytes,
      contentType: (head.headers["content-type"] ?? "").toLowerCase(),
      clockSkewSeconds: Number.isNaN(date) ? null : Math.round((date - sentAt) / 1_000),
    };
  }

  async #getByTls(request: PlainRequest, access: Access | undefined): Promise<Got> {
    const { url, headers, lookup, signal, maxBytes, onHead } = request;
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = httpsGet(url, { agent: this.#agentOf(access), headers, signal, lookup }, resolve);
      sent.on("error", (error: NodeJS.ErrnoException) => {
        reject(sent.reusedSocket && error.code === "ECONNRESET" ? new StaleConnection(error.message) : error);
      });
    });
    try {
      const head = { statusCode: response.statusCode ?? 0, headers: response.headers as GotHead["headers"] };
      onHead(head);
      return { head, ...(await readBody(response.setEncoding("utf8"), maxBytes)) };
    } catch (error) {
      response.destroy();
      throw error;
    }
  }

  #agentOf(access: Access | undefined): HttpsAgent {
    if (!access) return this.#https;
    const agent = this.#httpsOf.get(access) ?? new HttpsAgent({ ...KEPT, ...access.tls });
    this.#httpsOf.set(access, agent);
    return agent;
  }
}

const COMMON_HEADERS = { "accept-encoding": "identity", "user-agent": "berkeley-compute-collector" };

/** A list of targets may name http where the job that has the secret meant https. */
function checkSecret(isTls: boolean, access: Access | undefined): void {
  if (isTls || !access?.hasSecret || access.allowsPlainHttp) return;
  throw new ScrapeFailure(
    "forbidden",
    "its secret isn't sent over plain http; use https, or set allow_plain_http: true",
  );
}

/** What is looked at of an answer's head. */
type GotHead = Pick<Head, "statusCode" | "headers">;

/** An answer, by whichever client. */
interface Got {
  head: GotHead;
  text: string;
  bodyBytes: number;
}

function checkHead({ statusCode, headers }: GotHead): void {
  if (statusCode >= 300 && statusCode < 400) {
    // without its query, which may hold what isn't for others
    const to = headers["location"]?.split("?")[0] ?? "nowhere";
    throw new ScrapeFailure("redirect", `answered ${statusCode} to ${to}`);
  }
  if (statusCode === 401 || statusCode === 403) {
    throw new ScrapeFailure("unauthorized", `answered ${statusCode}: correct basic_auth or authorization of its job`);
  }
  if (statusCode !== 200) throw new ScrapeFailure("http_status", `answered ${statusCode}`);
  const encoding = headers["content-encoding"] ?? "identity";
  if (encoding !== "identity") throw new ScrapeFailure("encoding", `answered in ${encoding}, which was not asked for`);
}

async function readBody(response: IncomingMessage, maxBytes: number): Promise<{ text: string; bodyBytes: number }> {
  const parts: string[] = [];
  let bodyBytes = 0;
  try {
    for await (const part of response as AsyncIterable<string>) {
      bodyBytes += Buffer.byteLength(part);
      if (bodyBytes > maxBytes) throw new ScrapeFailure("body_too_large", `sent more than ${maxBytes} bytes`);
      parts.push(part);
    }
  } catch (error) {
    if (error instanceof ScrapeFailure) throw error;
    throw new ScrapeFailure("truncated", `broke off after ${bodyBytes} bytes of a body`, error);
  }
  return { text: parts.length === 1 ? (parts[0] ?? "") : parts.join(""), bodyBytes };
}

function toFailure(error: unknown, deadline: AbortSignal, limits: FetchLimits): ScrapeFailure {
  if (deadline.aborted) {
    return new ScrapeFailure("timeout", `no whole answer within ${limits.timeoutMs / 1_000} s`, error);
  }
  if (error instanceof ScrapeFailure) return error;
  const code = (error as NodeJS.ErrnoException).code ?? "";
  const message = messageOf(error);
  if (code.startsWith("HPE_")) return new ScrapeFailure("not_http", message, error);
  if (/CERT|TLS|SSL|SELF_SIGNED|EPROTO|UNABLE_TO_VERIFY/.test(code)) return new ScrapeFailure("tls", message, error);
  return new ScrapeFailure("connect", message, error);
}
