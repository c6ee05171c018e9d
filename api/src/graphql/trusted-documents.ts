import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { Kind, type DocumentNode } from "graphql";
import { BaseError, messageOf } from "#kernel/errors.ts";

/** A document that somebody of ours wrote. */
export interface TrustedDocument {
  source: string;
  /** its only operation's name, for the metrics */
  name: string | undefined;
}

/** Trusted documents by the sha256 of their text, hex. */
export type TrustedDocuments = ReadonlyMap<string, TrustedDocument>;

/** No documents. */
export const NO_DOCUMENTS: TrustedDocuments = new Map();

const HASH = /^(?:sha256:)?([0-9a-f]{64})$/;
const SHOWN_FAULTS = 10;

/**
 * Reads trusted documents: a folder with one in each `*.graphql`, or a JSON object of sha256 (with or without `sha256:`
 * before it) → document, as gql.tada's `generate-persisted` and graphql-codegen's `persistedDocuments` write it.
 *
 * @param check parses and validates a document against the schema; throws what is wrong
 * @throws BaseError `BAD_TRUSTED_DOCUMENTS` naming every faulty one
 */
export function readTrustedDocuments(path: string, check: (source: string) => DocumentNode): TrustedDocuments {
  const documents = new Map<string, TrustedDocument>();
  const faults: string[] = [];
  for (const { label, hash, source } of list(path)) {
    const own = createHash("sha256").update(source).digest("hex");
    try {
      if (hash !== undefined && hash !== own) throw new Error(`its sha256 is ${own}`);
      documents.set(own, { source, name: nameOf(check(source)) });
    } catch (error) {
      faults.push(`${label}: ${messageOf(error)}`);
    }
  }
  if (faults.length > 0) throw bad(path, `${faults.length} of them can't be run`, faults.slice(0, SHOWN_FAULTS));
  if (documents.size === 0)
    throw bad(path, "there are none", ["add *.graphql files, or an object of sha256 → document"]);
  return documents;
}

function list(path: string): { label: string; hash: string | undefined; source: string }[] {
  try {
    if (statSync(path).isDirectory()) {
      const names = readdirSync(path).filter((name) => name.endsWith(".graphql"));
      return names.map((name) => ({ label: name, hash: undefined, source: readFileSync(join(path, name), "utf8") }));
    }
    const json: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (typeof json !== "object" || json === null || Array.isArray(json)) throw new Error("it is no JSON object");
    return Object.entries(json).map(([key, source]: [string, unknown]) => {
      const hash = HASH.exec(key)?.[1];
      if (hash === undefined || typeof source !== "string")
        throw new Error(`"${key.slice(0, 80)}" is no sha256 with a document`);
      return { label: key, hash, source };
    });
  } catch (cause) {
    throw bad(
      path,
      messageOf(cause),
      ["give a folder of *.graphql files, or a JSON object of sha256 → document"],
      cause,
    );
  }
}

function nameOf(document: DocumentNode): string | undefined {
  const operations = document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
  return operations.length === 1 ? operations[0]?.name?.value : undefined;
}

function bad(path: string, what: string, hints: readonly string[], cause?: unknown): BaseError {
  return new BaseError("BAD_TRUSTED_DOCUMENTS", `the trusted documents at ${path} can't be used: ${what}`, {
    hints,
    ...(cause === undefined ? {} : { cause }),
  });
}
