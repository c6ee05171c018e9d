import { messageOf } from "#kernel/errors.ts";
import { HOST_FUNCTIONS, MISSING_FUNCTIONS } from "../host/imports/all.ts";
import type { Place } from "./place.ts";

/** What the host needs of a mapping besides its handlers. */
const NEEDED = { memory: "memory", allocate: "function", id_of_type: "function", _start: "function" } as const;
const BUILD_AGAIN = "build the subgraph again with graph-cli";

/** What is known of a mapping before it runs. */
export interface MappingFile {
  readonly functions: ReadonlySet<string>;
}

/**
 * Checks that a file is a mapping that this engine can run.
 *
 * @throws BaseError `BAD_MAPPING`, or `UNSUPPORTED_FEATURE` when it was compiled against host functions that aren't here
 */
export async function checkMappingFile(file: string, binary: Buffer, place: Place): Promise<MappingFile> {
  let module: WebAssembly.Module;
  try {
    module = await WebAssembly.compile(new Uint8Array(binary));
  } catch (error) {
    throw place.fault("BAD_MAPPING", `${file} is no WebAssembly: ${messageOf(error)}`, [BUILD_AGAIN], error);
  }
  checkImports(file, WebAssembly.Module.imports(module), place);
  const kinds = new Map(WebAssembly.Module.exports(module).map(({ name, kind }) => [name, kind]));
  const lacking = Object.entries(NEEDED).filter(([name, kind]) => kinds.get(name) !== kind);
  if (lacking.length > 0) {
    const names = lacking.map(([name]) => name).join(", ");
    throw place.fault("BAD_MAPPING", `${file} is no mapping: it doesn't export ${names}`, [BUILD_AGAIN]);
  }
  return { functions: new Set([...kinds].filter(([, kind]) => kind === "function").map(([name]) => name)) };
}

function checkImports(file: string, imports: readonly WebAssembly.ModuleImportDescriptor[], place: Place): void {
  const strange = imports.find(({ kind }) => kind !== "function");
  if (strange) {
    const what = `${file} is no mapping: it imports the ${strange.kind} ${strange.name}`;
    throw place.fault("BAD_MAPPING", what, [BUILD_AGAIN]);
  }
  const names = [...new Set(imports.map(({ name }) => name))].filter((name) => !HOST_FUNCTIONS.has(name)).sort();
  if (names.length === 0) return;
  const isNewer = names.some((name) => !MISSING_FUNCTIONS.has(name));
  throw place.fault("UNSUPPORTED_FEATURE", `${file} calls what this engine lacks: ${names.join(", ")}`, [
    ...(isNewer ? ["it was built for a newer engine: update this one, or build with an older graph-ts"] : []),
    "remove the calls from the mapping",
    "run the subgraph on graph-node against the same database",
  ]);
}

/**
 * Checks that a mapping has a handler.
 *
 * @throws BaseError `BAD_MAPPING`
 */
export function checkHandler(file: string, { functions }: MappingFile, handler: string, place: Place): void {
  if (functions.has(handler)) return;
  throw place.fault("BAD_MAPPING", `${file} doesn't export the handler ${handler}`, [
    "correct the handler's name in the manifest, or export the function from the mapping, and build again",
  ]);
}
