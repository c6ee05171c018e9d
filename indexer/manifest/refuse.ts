import { BaseError } from "#kernel/errors.ts";
import type { LocatedDocument, LooseDocument, LooseSource, ManifestPath } from "./document.ts";
import { isAtLeast } from "./manifest.ts";

const LOWEST_SPEC = "0.0.4";
const HIGHEST_SPEC = "1.3.0";
const LOWEST_API = "0.0.6";
const HIGHEST_API = "0.0.9";
const FEATURES = new Set(["nonFatalErrors"]);
const BLOCK_FILTERS = new Set(["once", "polling"]);

/** A feature that the engine lacks, and where the manifest asks for it. */
interface Finding {
  what: string;
  path: ManifestPath;
}

/**
 * Refuses what the engine doesn't support, all of it at once.
 *
 * @throws BaseError `UNSUPPORTED_FEATURE` naming each feature and its line
 */
export function refuseUnsupported(document: LooseDocument, lineOf: LocatedDocument["lineOf"]): void {
  const findings = [...ofManifest(document)];
  for (const list of ["dataSources", "templates"] as const) {
    for (const [index, source] of (document[list] ?? []).entries()) findings.push(...ofSource(source, [list, index]));
  }
  if (findings.length === 0) return;
  const texts = findings.map(({ what, path }) => {
    const line = lineOf(path);
    return line === undefined ? what : `${what} (manifest line ${line})`;
  });
  throw new BaseError("UNSUPPORTED_FEATURE", `the subgraph needs what this engine lacks: ${texts.join("; ")}`, {
    hints: ["remove it from the subgraph", "run the subgraph on graph-node against the same database"],
  });
}

function* ofManifest(document: LooseDocument): Generator<Finding> {
  const spec = String(document.specVersion);
  if (!isAtLeast(spec, LOWEST_SPEC) || !isAtLeast(HIGHEST_SPEC, spec)) {
    yield { what: `specVersion ${spec} (${LOWEST_SPEC} to ${HIGHEST_SPEC} are supported)`, path: ["specVersion"] };
  }
  if (document.graft !== undefined) yield { what: "grafting", path: ["graft"] };
  if (!Array.isArray(document.features)) return;
  for (const [index, feature] of document.features.entries()) {
    if (!FEATURES.has(String(feature))) yield { what: `feature ${String(feature)}`, path: ["features", index] };
  }
}

function* ofSource(source: LooseSource, path: ManifestPath): Generator<Finding> {
  const kind = source.kind ?? "none";
  if (kind !== "ethereum/contract" && kind !== "ethereum") {
    yield { what: `data source ${source.name ?? "?"} of kind ${kind}`, path: [...path, "kind"] };
    return;
  }
  const mapping = source.mapping ?? {};
  const api = String(mapping.apiVersion);
  if (!isAtLeast(api, LOWEST_API) || !isAtLeast(HIGHEST_API, api)) {
    yield {
      what: `apiVersion ${api} (${LOWEST_API} to ${HIGHEST_API} are supported)`,
      path: [...path, "mapping", "apiVersion"],
    };
  }
  if ((mapping.callHandlers ?? []).length > 0)
    yield { what: "call handlers", path: [...path, "mapping", "callHandlers"] };
  for (const [index, handler] of (mapping.blockHandlers ?? []).entries()) {
    const filter = handler.filter?.kind;
    if (filter !== undefined && !BLOCK_FILTERS.has(filter)) {
      yield {
        what: `block handlers with filter ${filter}`,
        path: [...path, "mapping", "blockHandlers", index, "filter"],
      };
    }
  }
}
