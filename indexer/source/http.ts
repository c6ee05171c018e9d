import { request as requestHttp, type IncomingMessage } from "node:http";
import { request as requestHttps } from "node:https";
import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate } from "node:zlib";

/** What a server answered. */
export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
  /** header `Retry-After` */
  readonly retryAfter: string | null;
}

const DECOMPRESS: Readonly<Record<string, (body: Buffer) => Promise<Buffer>>> = {
  gzip: promisify<Buffer, Buffer>(gunzip),
  deflate: promisify<Buffer, Buffer>(inflate),
  br: promisify<Buffer, Buffer>(brotliDecompress),
};

/**
 * Posts JSON, over connections that are kept. Node's own client rather than `fetch`, whose streams cost as much as the
 * answers' parsing.
 *
 * @throws Error when the connection fails, the answer breaks off, or the signal is aborted
 */
export async function postJson(url: URL, body: string, signal: AbortSignal): Promise<HttpAnswer> {
  const headers = {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    accept: "application/json",
    "accept-encoding": "gzip, deflate, br",
  };
  const request = url.protocol === "https:" ? requestHttps : requestHttp;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request(url, { method: "POST", headers, signal }, resolve).on("error", reject).end(body);
  });
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const content = Buffer.concat(chunks);
  const decompress = DECOMPRESS[response.headers["content-encoding"] ?? ""];
  return {
    status: response.statusCode ?? 0,
    text: (decompress ? await decompress(content) : content).toString(),
    retryAfter: response.headers["retry-after"] ?? null,
  };
}
