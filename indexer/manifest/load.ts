import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { BaseError } from "#kernel/errors.ts";
import type { AbiEntry } from "../abi/types.ts";
import { parseSchema } from "../schema/parse.ts";
import { parseManifest, type DataSourceDocument, type ManifestDocument } from "./document.ts";
import { blockHandlersOf, eventHandlerOf } from "./handlers.ts";
import { contentId } from "./identity.ts";
import { ALL_HISTORY, isAtLeast, type DataSourceDefinition, type Manifest } from "./manifest.ts";
import { refuseUnsupported } from "./refuse.ts";

/** Versions kept when a subgraph doesn't ask for pruning. */
/** What graph-node keeps by `prune: auto`: twice the blocks that it takes a reorg to undo at most. */
const AUTO_HISTORY = 500;

/** Reads files of a build, each once, and remembers them for the identity. */
class BuildFiles {
  readonly contents = new Map<string, Buffer>();
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  async read(file: string): Promise<Buffer> {
    const path = resolve(this.folder, file);
    const known = this.contents.get(path);
    if (known) return known;
    try {
      const content = await readFile(path);
      this.contents.set(path, content);
      return content;
    } catch (error) {
      throw new BaseError("FILE_MISSING", `cannot read ${path}`, {
        cause: error,
        hints: ["build the subgraph (`graph codegen && graph build`) and name the manifest in its build folder"],
      });
    }
  }
}

/**
 * Reads a built subgraph: its manifest, schema, ABIs and mappings.
 *
 * @param manifestPath path of `build/subgraph.yaml`
 * @throws BaseError `FILE_MISSING`, `BAD_MANIFEST`, `BAD_SCHEMA` or `UNSUPPORTED_FEATURE`
 */
export async function loadManifest(manifestPath: string): Promise<Manifest> {
  const files = new BuildFiles(dirname(resolve(manifestPath)));
  const raw = (await files.read(resolve(manifestPath))).toString("utf8");
  const { document } = parseManifest(raw, manifestPath, refuseUnsupported);
  const schemaText = (await files.read(document.schema.file)).toString("utf8");
  const schema = parseSchema(schemaText, isAtLeast(document.specVersion, "1.3.0"));
  const network = document.dataSources[0]?.network ?? "mainnet";
  const definitions: DataSourceDefinition[] = [];
  const templates = document.templates ?? [];
  for (const source of [...document.dataSources, ...templates]) {
    definitions.push(
      await definitionOf(source, definitions.length, definitions.length >= document.dataSources.length, network, files),
    );
  }
  const versions = new Set([...document.dataSources, ...templates].map((source) => source.mapping.apiVersion));
  if (versions.size > 1) {
    throw new BaseError("BAD_MANIFEST", `the data sources have several apiVersions: ${[...versions].join(", ")}`, {
      hints: ["use one apiVersion for all"],
    });
  }
  return {
    id: contentId([...files.contents.values()]),
    specVersion: document.specVersion,
    apiVersion: [...versions][0] ?? "0.0.9",
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

async function definitionOf(
  source: DataSourceDocument,
  manifestIndex: number,
  isTemplate: boolean,
  network: string,
  files: BuildFiles,
): Promise<DataSourceDefinition> {
  if (source.network !== undefined && source.network !== network) {
    throw new BaseError("BAD_MANIFEST", `${source.name} is on ${source.network}, others on ${network}`, {
      hints: ["a subgraph indexes one network"],
    });
  }
  const abis = new Map<string, readonly AbiEntry[]>();
  for (const { name, file } of source.mapping.abis)
    abis.set(name, parseAbi((await files.read(file)).toString("utf8"), file));
  const abiName = source.source?.abi ?? "";
  const eventDocuments = source.mapping.eventHandlers ?? [];
  const abi = abis.get(abiName);
  if (!abi && eventDocuments.length > 0) {
    throw new BaseError("BAD_MANIFEST", `${source.name} has no ABI named ${abiName}`, {
      hints: ["list it under mapping.abis"],
    });
  }
  await files.read(source.mapping.file);
  return {
    name: source.name,
    network,
    address: source.source?.address?.toLowerCase(),
    startBlock: source.source?.startBlock ?? 0,
    endBlock: source.source?.endBlock,
    isTemplate,
    manifestIndex,
    wasmFile: resolve(dirname([...files.contents.keys()][0] ?? ""), source.mapping.file),
    abis,
    eventHandlers: eventDocuments.map((handler) => eventHandlerOf(handler, abi ?? [], abiName)),
    blockHandlers: blockHandlersOf(source.mapping.blockHandlers ?? [], source),
    context: source.context && new Map(Object.entries(source.context)),
  };
}

function parseAbi(text: string, file: string): readonly AbiEntry[] {
  try {
    const content = JSON.parse(text) as AbiEntry[] | { abi: AbiEntry[] };
    return Array.isArray(content) ? content : content.abi;
  } catch (error) {
    throw new BaseError("BAD_MANIFEST", `${file} is no ABI`, { cause: error, hints: ["give the contract's JSON ABI"] });
  }
}
