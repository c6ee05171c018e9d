import { createHash } from "node:crypto";
import { getOperationAST, GraphQLError, OperationTypeNode, parse, type DocumentNode } from "graphql";
import type { Who } from "../../access/who.ts";
import { PARSE_OPTIONS, type OperationGate } from "../operation-gate.ts";
import type { TrustedDocuments } from "../trusted-documents.ts";

/** An operation as a client sends it; anything may stand in it. */
export interface OperationRequest {
  query: string;
  variables?: Record<string, unknown> | null | undefined;
  operationName?: string | null | undefined;
  extensions?: Record<string, unknown> | null | undefined;
}

/** An operation that may run. */
export interface CheckedOperation {
  document: DocumentNode;
  kind: OperationTypeNode;
}

/** What operations are held against. */
export interface CheckParts {
  gate: OperationGate;
  documents: TrustedDocuments;
  /** whether no others are run */
  isTrustedOnly: boolean;
}

/** Documents that were found good are remembered: a thousand subscribers mostly send the same. */
const REMEMBERED = 200;
const REMEMBERED_LENGTH = 8 * 1024;

/** Holds operations that don't go through Apollo against the same rules. */
export class OperationCheck {
  readonly #parts: CheckParts;
  readonly #good = new Map<string, DocumentNode>();

  constructor(parts: CheckParts) {
    this.#parts = parts;
  }

  /**
   * Which kind of operation this is. Only a subscription is validated here, and charged to who asks: all others go to
   * Apollo, where the same gate stands.
   */
  check({ query, variables, operationName }: OperationRequest, who: Who): CheckedOperation | readonly GraphQLError[] {
    const { gate, documents, isTrustedOnly } = this.#parts;
    try {
      if (isTrustedOnly && !documents.has(createHash("sha256").update(query).digest("hex")))
        return [named("UNTRUSTED_DOCUMENT", "only trusted documents are run here, and this is none of them")];
      const document = this.#good.get(query) ?? parse(query, PARSE_OPTIONS);
      const operation = getOperationAST(document, operationName);
      if (!operation) return [named("OPERATION_RESOLUTION_FAILURE", "the document has no operation of that name")];
      if (operation.operation !== OperationTypeNode.SUBSCRIPTION) return { document, kind: operation.operation };
      this.#remember(query, this.#good.get(query) ?? gate.read(query));
      gate.checkOperation(document, variables ?? {}, who, operationName);
      return { document, kind: operation.operation };
    } catch (error) {
      if (error instanceof GraphQLError) return [coded(error, "GRAPHQL_PARSE_FAILED")];
      throw error;
    }
  }

  #remember(query: string, document: DocumentNode): void {
    if (query.length > REMEMBERED_LENGTH) return;
    this.#good.delete(query);
    this.#good.set(query, document);
    const [oldest] = this.#good.keys();
    if (this.#good.size > REMEMBERED && oldest !== undefined) this.#good.delete(oldest);
  }
}

const named = (code: string, message: string): GraphQLError => new GraphQLError(message, { extensions: { code } });

/** With a code of its own, or this one. */
function coded(error: GraphQLError, code: string): GraphQLError {
  const { message, nodes = null, source = null, positions = null, path = null, extensions } = error;
  const { http: _, ...shown } = extensions;
  return new GraphQLError(message, { nodes, source, positions, path, extensions: { code, ...shown } });
}
