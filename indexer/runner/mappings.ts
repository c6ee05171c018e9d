import { readFile } from "node:fs/promises";
import type { EntityCache } from "../entities/cache.ts";
import { Mapping } from "../host/mapping.ts";
import { isAtLeast, type DataSourceDefinition, type Manifest } from "../manifest/manifest.ts";
import type { Profile } from "../profile/profile.ts";

/**
 * Compiles the manifest's mappings, each file once.
 *
 * @param profile times them, if that is asked for
 * @returns mappings by file
 * @throws BaseError `BAD_MAPPING`
 */
export async function loadMappings(
  manifest: Manifest,
  cache: EntityCache,
  profile?: Profile,
): Promise<Map<string, Mapping>> {
  const definitions = [...manifest.dataSources, ...manifest.templates];
  const result = new Map<string, Mapping>();
  for (const definition of definitions) {
    const file = definition.wasmFile;
    if (result.has(file)) continue;
    const users = definitions.filter(({ wasmFile }) => wasmFile === file);
    result.set(file, await loadMapping(manifest, users, file, cache, profile));
  }
  return result;
}

async function loadMapping(
  manifest: Manifest,
  users: readonly DataSourceDefinition[],
  file: string,
  cache: EntityCache,
  profile: Profile | undefined,
): Promise<Mapping> {
  const fields = [...manifest.schema.entities.values()].flatMap((type) => type.columns.map(({ name }) => name));
  const parameters = users.flatMap(({ eventHandlers }) =>
    eventHandlers.flatMap(({ event }) => event.inputs.map(({ name }) => name)),
  );
  return new Mapping({
    file,
    binary: await readFile(file),
    constants: [...fields, ...parameters],
    cache,
    templateNames: new Set(manifest.templates.map(({ name }) => name)),
    refusesUndefinedFields: isAtLeast(manifest.apiVersion, "0.0.8"),
    hasReceiptField: isAtLeast(manifest.apiVersion, "0.0.7"),
    hasBalances: isAtLeast(manifest.apiVersion, "0.0.9"),
    network: manifest.network,
    profile,
  });
}
