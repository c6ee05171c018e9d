import { dirname, resolve } from "node:path";
import { parseSchema } from "../schema/parse.ts";
import { definitionsOf } from "./definitions.ts";
import { parseManifest, type ManifestDocument } from "./document.ts";
import { BuildFiles } from "./files.ts";
import { contentId } from "./identity.ts";
import { ALL_HISTORY, isAtLeast, type Manifest } from "./manifest.ts";
import { Place } from "./place.ts";
import { refuseUnsupported } from "./refuse.ts";

/** What graph-node keeps by `prune: auto`: twice the blocks that it takes a reorg to undo at most. */
const AUTO_HISTORY = 500;

/**
 * Reads a built subgraph: its manifest, schema, ABIs and mappings.
 *
 * @param manifestPath path of `build/subgraph.yaml`
 * @throws BaseError `FILE_MISSING`, `BAD_MANIFEST`, `BAD_SCHEMA`, `BAD_ABI`, `BAD_MAPPING` or `UNSUPPORTED_FEATURE`
 */
export async function loadManifest(manifestPath: string): Promise<Manifest> {
  const files = new BuildFiles(dirname(resolve(manifestPath)));
  const raw = (await files.read(resolve(manifestPath))).toString("utf8");
  const { document, lineOf } = parseManifest(raw, manifestPath, refuseUnsupported);
  const place = new Place(lineOf);
  const schemaText = (await files.read(document.schema.file, place.at("schema", "file"))).toString("utf8");
  const schema = parseSchema(schemaText, isAtLeast(document.specVersion, "1.3.0"));
  const network = document.dataSources[0]?.network ?? "mainnet";
  const definitions = await definitionsOf(document, network, files, place);
  return {
    id: contentId([...files.contents.values()]),
    specVersion: document.specVersion,
    apiVersion: document.dataSources[0]?.mapping.apiVersion ?? "0.0.9",
    network,
    features: document.features ?? [],
    description: document.description,
    schema,
    dataSources: definitions.filter((definition) => !definition.isTemplate),
    templates: definitions.filter((definition) => definition.isTemplate),
    historyBlocks: historyOf(document),
    raw,
  };
}

function historyOf(document: ManifestDocument): number {
  const prune = document.indexerHints?.prune;
  if (prune === "auto") return AUTO_HISTORY;
  return typeof prune === "number" ? prune : ALL_HISTORY;
}
