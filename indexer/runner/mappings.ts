import { readFile } from "node:fs/promises";
import { BaseError } from "#kernel/errors.ts";
import type { EntityCache } from "../entities/cache.ts";
import { Mapping } from "../host/mapping.ts";
import { isAtLeast, type DataSourceDefinition, type Manifest } from "../manifest/manifest.ts";

/**
 * Compiles the manifest's mappings, each file once, and checks that they have the handlers named for them.
 *
 * @returns mappings by file
 * @throws BaseError `BAD_MAPPING`
 */
export async function loadMappings(manifest: Manifest, cache: EntityCache): Promise<Map<string, Mapping>> {
  const definitions = [...manifest.dataSources, ...manifest.templates];
  const result = new Map<string, Mapping>();
  for (const definition of definitions) {
    const file = definition.wasmFile;
    if (!result.has(file)) {
      const users = definitions.filter(({ wasmFile }) => wasmFile === file);
      result.set(file, await loadMapping(manifest, users, file, cache));
    }
    checkHandlers(definition, result.get(file) as Mapping);
  }
  return result;
}

async function loadMapping(
  manifest: Manifest,
  users: readonly DataSourceDefinition[],
  file: string,
  cache: EntityCache,
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
  });
}

function checkHandlers(definition: DataSourceDefinition, mapping: Mapping): void {
  for (const { handler } of [...definition.eventHandlers, ...definition.blockHandlers]) {
    if (mapping.hasHandler(handler)) continue;
    throw new BaseError(
      "BAD_MAPPING",
      `${definition.wasmFile} doesn't export ${handler}, a handler of ${definition.name}`,
      {
        hints: ["correct the handler's name in the manifest, or export the function from the mapping, and build again"],
      },
    );
  }
}
