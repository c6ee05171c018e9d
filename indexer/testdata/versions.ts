import { parseDocument } from "yaml";
import { isAtLeast } from "../manifest/manifest.ts";
import { buildSubgraph, editManifest } from "./build.ts";

/** Versions of manifests at which something was added. */
export const SPEC_VERSIONS = ["0.0.4", "0.0.5", "0.0.8", "0.0.9", "1.0.0", "1.1.0", "1.2.0", "1.3.0"] as const;
/** Versions of mappings. */
export const API_VERSIONS = ["0.0.6", "0.0.7", "0.0.8", "0.0.9"] as const;

interface Source {
  readonly name: string;
  readonly source: { endBlock?: number };
  readonly mapping: {
    apiVersion: string;
    eventHandlers?: { readonly event: string; readonly handler: string; readonly receipt?: boolean }[];
    blockHandlers?: { readonly filter?: unknown }[];
  };
}

interface Document {
  specVersion: string;
  indexerHints?: unknown;
  dataSources: Source[];
  readonly templates: readonly Source[];
}

/** Edits a manifest's text as a value. */
function edited(text: string, edit: (document: Document) => void): string {
  const document = parseDocument(text).toJS() as Document;
  edit(document);
  return JSON.stringify(document, undefined, 2);
}

function drop(document: Document, source: string): void {
  document.dataSources = document.dataSources.filter(({ name }) => name !== source);
}

/** Leaves of a manifest with everything what these versions have. */
function reduce(document: Document, spec: string, api: string): void {
  const since = (version: string): boolean => isAtLeast(spec, version);
  document.specVersion = spec;
  if (!since("1.0.0")) delete document.indexerHints;
  if (!since("1.2.0")) drop(document, "Watcher"); // filters of topics
  const hasReceipts = since("0.0.5") && isAtLeast(api, "0.0.7");
  for (const { source, mapping } of [...document.dataSources, ...document.templates]) {
    mapping.apiVersion = api;
    if (!since("0.0.9")) delete source.endBlock;
    const { eventHandlers = [], blockHandlers = [] } = mapping;
    mapping.eventHandlers = eventHandlers.map((handler) =>
      handler.receipt === true && !hasReceipts ? { event: handler.event, handler: "handleCreated" } : handler,
    );
    mapping.blockHandlers = blockHandlers.filter(({ filter }) => since("0.0.8") || filter === undefined);
  }
}

/** Builds the subgraph of all versions as far as these have it. */
export async function buildVersion(spec: string, api: string): Promise<string> {
  const withoutPoints = {
    "subgraph.yaml": (text: string) => edited(text, (document) => drop(document, "Points")),
    "schema.graphql": (text: string) => text.split("# from 1.1.0")[0] ?? "",
  };
  const build = await buildSubgraph(isAtLeast(spec, "1.1.0") ? {} : withoutPoints, "versions");
  return editManifest(build, (text) => edited(text, (document) => reduce(document, spec, api)));
}
