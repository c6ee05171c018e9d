import { LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import { BaseError } from "#kernel/errors.ts";

const filter = z.strictObject({
  kind: z.string(),
  every: z.int().positive().optional(),
});
const topicList = z.array(z.string()).optional();
const eventHandler = z.strictObject({
  event: z.string(),
  handler: z.string(),
  topic0: z.string().optional(),
  topic1: topicList,
  topic2: topicList,
  topic3: topicList,
  receipt: z.boolean().optional(),
  calls: z.record(z.string(), z.string()).optional(),
});
const blockHandler = z.strictObject({ handler: z.string(), filter: filter.optional() });
const mapping = z.object({
  kind: z.string(),
  apiVersion: z.string(),
  language: z.string(),
  file: z.string(),
  abis: z.array(z.object({ name: z.string(), file: z.string() })),
  eventHandlers: z.array(eventHandler).optional(),
  blockHandlers: z.array(blockHandler).optional(),
  callHandlers: z.array(z.unknown()).optional(),
});
const dataSource = z.object({
  kind: z.string(),
  name: z.string(),
  network: z.string().optional(),
  source: z
    .object({
      address: z
        .string()
        .regex(/^0x[0-9a-fA-F]{40}$/, "must be an address")
        .optional(),
      abi: z.string().optional(),
      startBlock: z.int().nonnegative().optional(),
      endBlock: z.int().nonnegative().optional(),
    })
    .optional(),
  context: z.record(z.string(), z.object({ type: z.string(), data: z.unknown() })).optional(),
  mapping,
});
const manifest = z.object({
  specVersion: z.string(),
  description: z.string().optional(),
  features: z.array(z.string()).optional(),
  graft: z.unknown().optional(),
  indexerHints: z
    .object({ prune: z.union([z.literal("auto"), z.literal("never"), z.int().positive()]).optional() })
    .optional(),
  schema: z.object({ file: z.string() }),
  dataSources: z.array(dataSource).min(1, "must name at least one"),
  templates: z.array(dataSource).optional(),
});

/** The manifest's shape. */
export type ManifestDocument = z.output<typeof manifest>;
/** A data source's or template's shape. */
export type DataSourceDocument = z.output<typeof dataSource>;

/** A place in the manifest. */
export type ManifestPath = readonly (string | number)[];

/** A parsed manifest that knows the line of each of its parts. */
export interface LocatedDocument {
  readonly document: ManifestDocument;
  readonly lineOf: (path: ManifestPath) => number | undefined;
}

/**
 * Parses a manifest's YAML and checks its shape.
 *
 * @throws BaseError `BAD_MANIFEST` with one hint per fault, each with its line; what would be refused anyway (files,
 * subgraphs) is let through to `refuseUnsupported`
 */
export function parseManifest(
  text: string,
  path: string,
  refuse: (found: LooseDocument, lineOf: LocatedDocument["lineOf"]) => void,
): LocatedDocument {
  const lines = new LineCounter();
  const yaml = parseDocument(text, { lineCounter: lines, version: "1.1" });
  const lineOf = (place: ManifestPath): number | undefined => {
    const node = yaml.getIn(place, true) as { range?: [number, number, number] } | undefined;
    return node?.range ? lines.linePos(node.range[0]).line : undefined;
  };
  if (yaml.errors.length > 0)
    throw manifestError(
      path,
      yaml.errors.map((error) => error.message.split("\n")[0] ?? ""),
    );
  const content: unknown = yaml.toJS();
  refuse(content ?? {}, lineOf);
  const result = manifest.safeParse(content);
  if (!result.success) {
    throw manifestError(
      path,
      result.error.issues.map((issue) => {
        const line = lineOf(issue.path as ManifestPath);
        return `${issue.path.join(".")}${line === undefined ? "" : ` (line ${line})`}: ${issue.message}`;
      }),
    );
  }
  return { document: result.data, lineOf };
}

/** A manifest before its shape is checked. */
export interface LooseDocument {
  specVersion?: string;
  features?: unknown;
  graft?: unknown;
  dataSources?: readonly LooseSource[];
  templates?: readonly LooseSource[];
}

/** A data source before its shape is checked. */
export interface LooseSource {
  kind?: string;
  name?: string;
  mapping?: {
    apiVersion?: string;
    callHandlers?: readonly unknown[];
    blockHandlers?: readonly { filter?: { kind?: string } }[];
    eventHandlers?: readonly unknown[];
  };
}

function manifestError(path: string, faults: readonly string[]): BaseError {
  return new BaseError("BAD_MANIFEST", `${path} can't be used`, { hints: faults });
}
