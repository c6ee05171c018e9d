import { Agent as HttpAgent, get as httpGet, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, get as httpsGet } from "node:https";
import { messageOf } from "#kernel/errors.ts";
import { ScrapeFailure } from "../parse/limits.ts";

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

/** Asks exporters, over connections that are kept. */
export class Fetcher {
  readonly #http = new HttpAgent({ keepAlive: true, maxFreeSockets: 4_096 });
  readonly #https = new HttpsAgent({ keepAlive: true, maxFreeSockets: 4_096 });

  /**
   * GETs a target once. Redirects are not followed, nothing is decompressed, and no more than `bodyBytes` are read
   * whatever Content-Length says.
   *
   * @throws ScrapeFailure for whatever goes wrong
   */
  async fetch(url: string, limits: FetchLimits): Promise<Answer> {
    const deadline = AbortSignal.timeout(limits.timeoutMs);
    try {
      return await this.#exchange(url, limits, deadline);
    } catch (error) {
      // The exporter may have closed an idle connection just as we used it: that says nothing of its health.
      if (!(error instanceof StaleConnection) || deadline.aborted) throw toFailure(error, deadline, limits);
      return await this.#exchange(url, limits, deadline).catch((again: unknown) => {
        throw toFailure(again, deadline, limits);
      });
    }
  }

  /** Cuts every connection, those in use too. */
  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  async #exchange(url: string, limits: FetchLimits, deadline: AbortSignal): Promise<Answer> {
    const sentAt = Date.now();
    const response = await this.#request(url, limits, deadline);
    try {
      checkHead(response);
      const body = await readBody(response, limits.bodyBytes);
      const date = Date.parse(response.headers.date ?? "");
      return {
        text: body.toString("utf8"),
        bodyBytes: body.length,
        contentType: (response.headers["content-type"] ?? "").toLowerCase(),
        clockSkewSeconds: Number.isNaN(date) ? null : Math.round((date - sentAt) / 1_000),
      };
    } catch (error) {
      response.destroy();
      throw error;
    }
  }

  #request(url: string, limits: FetchLimits, signal: AbortSignal): Promise<IncomingMessage> {
    const headers = {
      accept: "text/plain;version=0.0.4;q=1,*/*;q=0.1",
      "accept-encoding": "identity",
      "user-agent": "berkeley-compute-collector",
      "x-prometheus-scrape-timeout-seconds": String(limits.timeoutMs / 1_000),
    };
    return new Promise((resolve, reject) => {
      const sent = url.startsWith("https:")
        ? httpsGet(url, { agent: this.#https, headers, signal }, resolve)
        : httpGet(url, { agent: this.#http, headers, signal }, resolve);
      sent.on("error", (error: NodeJS.ErrnoException) => {
        reject(sent.reusedSocket && error.code === "ECONNRESET" ? new StaleConnection(error.message) : error);
      });
    });
  }
}

/** The server closed a kept connection before it answered. */
class StaleConnection extends Error {}

function checkHead({ statusCode = 0, headers }: IncomingMessage): void {
  if (statusCode >= 300 && statusCode < 400) {
    throw new ScrapeFailure("redirect", `answered ${statusCode} to ${headers.location ?? "nowhere"}`);
  }
  if (statusCode !== 200) throw new ScrapeFailure("http_status", `answered ${statusCode}`);
  const encoding = headers["content-encoding"] ?? "identity";
  if (encoding !== "identity") throw new ScrapeFailure("encoding", `answered in ${encoding}, which was not asked for`);
}

async function readBody(response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) throw new ScrapeFailure("body_too_large", `sent more than ${maxBytes} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof ScrapeFailure) throw error;
    throw new ScrapeFailure("truncated", `broke off after ${size} bytes of a body`, error);
  }
  return Buffer.concat(chunks, size);
}

function toFailure(error: unknown, deadline: AbortSignal, limits: FetchLimits): ScrapeFailure {
  if (deadline.aborted) {
    return new ScrapeFailure("timeout", `no whole answer within ${limits.timeoutMs / 1_000} s`, error);
  }
  if (error instanceof ScrapeFailure) return error;
  const code = (error as NodeJS.ErrnoException).code ?? "";
  const message = messageOf(error);
  if (code.startsWith("HPE_")) return new ScrapeFailure("not_http", message, error);
  if (/CERT|TLS|SSL|SELF_SIGNED|EPROTO/.test(code)) return new ScrapeFailure("tls", message, error);
  return new ScrapeFailure("connect", message, error);
}
