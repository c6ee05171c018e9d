import { createHash } from "node:crypto";
import type { FastifyInstance } from "fastify";
import type { TrustedDocuments } from "../graphql/trusted-documents.ts";

/** What a request to /graphql may bring. */
interface Asked {
  query?: unknown;
  /** of GraphQL over HTTP's persisted documents: `sha256:…`, or the hash alone */
  documentId?: unknown;
  extensions?: { persistedQuery?: { sha256Hash?: unknown } } | null;
}

const HASH = /^(?:sha256:)?([0-9a-f]{64})$/;

/**
 * Lets clients name a trusted document instead of sending it, as `documentId` or as Apollo's persisted queries do; with
 * `isOnly` refuses every other.
 */
export function addTrustedDocuments(app: FastifyInstance, documents: TrustedDocuments, isOnly: boolean): void {
  if (documents.size === 0) return;
  app.addHook("preHandler", async (request, reply) => {
    if (request.url.split("?")[0] !== "/graphql") return;
    const body = request.body as Asked | null | undefined;
    if (request.method === "POST" && typeof body === "object" && body !== null && !Array.isArray(body)) {
      const known = documents.get(hashOf(body) ?? "");
      if (known) {
        body.query = known.source;
        delete body.documentId;
        delete body.extensions?.persistedQuery;
        return;
      }
    } else if (documents.has(hashOf(request.query as Asked) ?? "")) return; // GET with the whole document
    if (!isOnly) return;
    const message = "only trusted documents are run here, and this is none of them";
    const hints = ["send `documentId`: the sha256 of a document that was published with the client"];
    await reply.code(403).send({ errors: [{ message, extensions: { code: "UNTRUSTED_DOCUMENT", hints } }] });
  });
}

function hashOf({ query, documentId, extensions }: Asked): string | undefined {
  if (typeof query === "string" && query !== "") return createHash("sha256").update(query).digest("hex");
  const named = documentId ?? extensions?.persistedQuery?.sha256Hash;
  return typeof named === "string" ? HASH.exec(named)?.[1] : undefined;
}
