import { print } from "@0no-co/graphql.web";
import type { TadaDocumentNode } from "gql.tada";
import { ApiError, toApiError, type ToldError } from "./errors.ts";
import { eventsOf } from "./event-stream.ts";

/** How a client reaches an API. */
export interface ClientOptions {
  /** e.g. `http://localhost:4000/graphql` */
  url: string;
  /** an API key, or a session's token of `signIn` with `carrier: BEARER`; nothing: anonymous */
  token?: string;
  /** instead of the global one */
  fetch?: typeof fetch;
}

/** What one question may be given. */
export interface AskOptions {
  /** gives the question up: `AbortSignal.timeout(5_000)` */
  signal?: AbortSignal;
}

/** A document's variables: none need be given where all may be left out. */
type Given<Variables> =
  Record<string, never> extends Variables
    ? [variables?: Variables, options?: AskOptions]
    : [variables: Variables, options?: AskOptions];

/** A client of one API. */
export interface Client {
  /**
   * Asks a query, or has a mutation done.
   *
   * @throws ApiError if any field failed; what was answered all the same is its `data`
   */
  ask<Result, Variables>(document: TadaDocumentNode<Result, Variables>, ...given: Given<Variables>): Promise<Result>;
  /**
   * Listens to a subscription until the API ends it or the loop is left. To come back after a break, ask with `since`: the
   * last message's `resumeAt`.
   *
   * @throws ApiError if the subscription is refused or fails; `UNREACHABLE` when the connection breaks
   */
  listen<Result, Variables>(
    document: TadaDocumentNode<Result, Variables>,
    ...given: Given<Variables>
  ): AsyncGenerator<Result, void>;
}

interface Answer {
  data?: unknown;
  errors?: ToldError[];
}

/** Makes a client. It keeps no connection and no state. */
export function createClient({ url, token, fetch: send = fetch }: ClientOptions): Client {
  const post = async (document: unknown, given: Given<unknown>, accept: string): Promise<Response> => {
    const [variables = {}, { signal } = {}] = given;
    const headers = {
      accept,
      "content-type": "application/json",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    const body = JSON.stringify({ query: print(document as Parameters<typeof print>[0]), variables });
    return send(url, { method: "POST", headers, body, ...(signal ? { signal } : {}) }).catch((cause: unknown) => {
      throw unreachable(url, cause);
    });
  };
  return {
    async ask<Result, Variables>(document: TadaDocumentNode<Result, Variables>, ...given: Given<Variables>) {
      const response = await post(document, given, "application/graphql-response+json, application/json");
      const text = await response.text().catch((cause: unknown) => {
        throw unreachable(url, cause);
      });
      return whole(answerOf(text, url, response.status), response.status) as Result;
    },
    async *listen<Result, Variables>(document: TadaDocumentNode<Result, Variables>, ...given: Given<Variables>) {
      const response = await post(document, given, "text/event-stream");
      const { status, body } = response;
      if (!response.headers.get("content-type")?.startsWith("text/event-stream") || !body) {
        return void whole(answerOf(await response.text(), url, status), status);
      }
      try {
        for await (const { event, data } of eventsOf(body)) {
          if (event === "complete") return;
          if (event === "next") yield whole(answerOf(data, url, status), status) as Result;
        }
      } catch (error) {
        throw error instanceof ApiError ? error : unreachable(url, error);
      }
      throw unreachable(url, new Error("the stream broke off before its end"));
    },
  };
}

function unreachable(url: string, cause: unknown): ApiError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new ApiError("UNREACHABLE", `${url} does not answer: ${why}`, { cause });
}

function answerOf(text: string, url: string, status: number): Answer {
  try {
    const answer = JSON.parse(text) as Answer | null;
    if (typeof answer === "object" && answer !== null && ("data" in answer || Array.isArray(answer.errors)))
      return answer;
  } catch {
    // told below, as any other text that isn't an answer
  }
  const message = `${url} isn't the API: it answers ${status} with ${JSON.stringify(text.slice(0, 100))}`;
  throw new ApiError("BAD_ANSWER", message, { status });
}

function whole({ data, errors }: Answer, status: number): unknown {
  if (errors && errors.length > 0) throw toApiError(errors, { data, status });
  return data;
}
