import { ContractAbi } from "../abi/functions.ts";
import { parseAbi } from "./abi-file.ts";
import type { DataSourceDocument, ManifestDocument } from "./document.ts";
import type { BuildFiles } from "./files.ts";
import { blockHandlersOf, eventHandlerOf } from "./handlers.ts";
import { checkHandler, checkMappingFile } from "./mapping-file.ts";
import { isAtLeast, type DataSourceDefinition, type EventHandler } from "./manifest.ts";
import type { Place } from "./place.ts";

/**
 * The data sources and templates of a manifest, with their ABIs read and their mappings checked.
 *
 * @throws BaseError `FILE_MISSING`, `BAD_MANIFEST`, `BAD_ABI`, `BAD_MAPPING` or `UNSUPPORTED_FEATURE`, with the line
 */
export async function definitionsOf(
  document: ManifestDocument,
  network: string,
  files: BuildFiles,
  place: Place,
): Promise<DataSourceDefinition[]> {
  const located = (["dataSources", "templates"] as const).flatMap((list) =>
    (document[list] ?? []).map((source, index) => ({ source, place: place.at(list, index), list })),
  );
  const definitions: DataSourceDefinition[] = [];
  for (const { source, place: here, list } of located) {
    checkSource(source, document, network, here);
    const abis = await readAbis(source, files, here.at("mapping", "abis"));
    const handlers = {
      eventHandlers: eventHandlersOf(source, abis, here),
      blockHandlers: blockHandlersOf(
        source.mapping.blockHandlers ?? [],
        source.name,
        here.at("mapping", "blockHandlers"),
      ),
    };
    await checkMapping(source, files, here.at("mapping"));
    definitions.push({
      name: source.name,
      network,
      address: source.source?.address?.toLowerCase(),
      startBlock: source.source?.startBlock ?? 0,
      endBlock: source.source?.endBlock,
      isTemplate: list === "templates",
      manifestIndex: definitions.length,
      wasmFile: files.pathOf(source.mapping.file),
      abis,
      ...handlers,
      context: source.context && new Map(Object.entries(source.context)),
    });
  }
  return definitions;
}

/** Checks a data source against the others: one network, one apiVersion, and what its specVersion allows. */
function checkSource(source: DataSourceDocument, document: ManifestDocument, network: string, place: Place): void {
  const { apiVersion, eventHandlers = [] } = source.mapping;
  if (source.network !== undefined && source.network !== network) {
    throw place
      .at("network")
      .fault("BAD_MANIFEST", `${source.name} is on ${source.network}, others on ${network}`, [
        "a subgraph indexes one network",
      ]);
  }
  const first = document.dataSources[0]?.mapping.apiVersion ?? apiVersion;
  if (apiVersion !== first) {
    throw place
      .at("mapping", "apiVersion")
      .fault("BAD_MANIFEST", `${source.name} has apiVersion ${apiVersion}, others ${first}`, [
        "use one apiVersion for all",
      ]);
  }
  const index = eventHandlers.findIndex(({ calls }) => calls !== undefined);
  if (index >= 0 && !isAtLeast(document.specVersion, "1.2.0")) {
    throw place
      .at("mapping", "eventHandlers", index, "calls")
      .fault("BAD_MANIFEST", `declared calls need specVersion 1.2.0, this is ${document.specVersion}`, [
        "raise specVersion in the manifest",
      ]);
  }
}

async function readAbis(
  source: DataSourceDocument,
  files: BuildFiles,
  place: Place,
): Promise<Map<string, ContractAbi>> {
  const abis = new Map<string, ContractAbi>();
  for (const [index, { name, file }] of source.mapping.abis.entries()) {
    const here = place.at(index, "file");
    const text = (await files.read(file, here)).toString("utf8");
    if (!abis.has(name)) abis.set(name, parseAbi(name, text, file, here));
  }
  return abis;
}

function eventHandlersOf(
  source: DataSourceDocument,
  abis: ReadonlyMap<string, ContractAbi>,
  place: Place,
): EventHandler[] {
  const { eventHandlers = [] } = source.mapping;
  const name = source.source?.abi ?? "";
  const abi = abis.get(name);
  if (!abi && eventHandlers.length > 0) {
    throw place
      .at("source", "abi")
      .fault("BAD_MANIFEST", `${source.name} has no ABI named ${name}`, ["list it under mapping.abis"]);
  }
  return eventHandlers.map((handler, index) =>
    eventHandlerOf(handler, abi ?? new ContractAbi(name, []), abis, place.at("mapping", "eventHandlers", index)),
  );
}

async function checkMapping(source: DataSourceDocument, files: BuildFiles, place: Place): Promise<void> {
  const { file } = source.mapping;
  const mapping = await checkMappingFile(file, await files.read(file, place.at("file")), place.at("file"));
  for (const list of ["eventHandlers", "blockHandlers"] as const) {
    for (const [index, { handler }] of (source.mapping[list] ?? []).entries()) {
      checkHandler(file, mapping, handler, place.at(list, index, "handler"));
    }
  }
}
