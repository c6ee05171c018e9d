import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/** Which rooms a room's files may import, beside their own; the longest matching prefix counts. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  kernel: [],
  database: ["kernel"],
  indexer: ["kernel"],
  collector: ["kernel"],
  "api/src/sources": ["kernel"],
  "api/src/facts": ["kernel", "api/src/sources"],
  "api/src/domain": ["kernel"],
  "api/src/statement": ["kernel", "api/src/sources", "api/src/facts", "api/src/domain"],
  "api/src/chain": ["kernel", "contracts"],
  "api/src/access": ["kernel", "api/src/sources"],
  "api/src/graphql": [
    "kernel",
    "api/src/access",
    "api/src/chain",
    "api/src/sources",
    "api/src/facts",
    "api/src/domain",
    "api/src/statement",
  ],
  "api/src/verify": ["kernel", "api/src/sources", "api/src/facts", "api/src/domain"],
  "api/src/publication": ["kernel", "api/src/sources", "api/src/domain"],
  "api/src/jobs": ["kernel", "contracts", "api/src/chain", "api/src/sources", "api/src/facts", "api/src/domain"],
  "api/src": ["kernel", "api/src/access", "api/src/chain", "api/src/publication", "api/src/sources", "api/src/graphql"],
  api: ["kernel", "api/src", "api/src/chain", "api/src/sources", "api/src/graphql"],
  dashboards: ["kernel"],
  contracts: ["kernel"],
  devnet: ["*"],
  cli: ["*"],
  bench: ["*"],
};
/** What tests may import on top: databases and chains to run on. */
const TESTS_MAY_IMPORT = ["kernel", "database", "devnet", "collector", "indexer", "contracts", "api"];
/** Domain code is arithmetic: of the kernel it sees units, time and the error class, and nothing of Node. */
const DOMAIN_KERNEL = new Set(["kernel/errors.ts", "kernel/units.ts", "kernel/time.ts"]);

const SKIPPED = new Set([
  "node_modules",
  ".git",
  ".data",
  ".cache",
  "out",
  "out-release",
  "cache",
  "build",
  "prebuilt",
  "generated",
  "abi",
]);

function sources(dir: string): string[] {
  return readdirSync(dir).flatMap((name) => {
    const path = join(dir, name);
    if (SKIPPED.has(name)) return [];
    if (statSync(path).isDirectory()) return sources(path);
    return /\.(ts|mjs|cjs|sol)$/.test(name) ? [relative(ROOT, path)] : [];
  });
}

const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");
const FILES = sources(ROOT);
const TYPESCRIPT = FILES.filter((file) => /\.(ts|mjs)$/.test(file) && !file.startsWith("subgraph/src"));
const isTest = (file: string): boolean =>
  /\.test\.ts$|(^|\/)(test|tests|testdata|testing)(\/|\.ts$)|\/fixture\.ts$/.test(file);

function roomOf(file: string): string {
  const rooms = Object.keys(MAY_IMPORT).filter((room) => file.startsWith(`${room}/`));
  return rooms.sort((a, b) => b.length - a.length)[0] ?? "";
}

/** What a file imports of ours, as paths from the root. */
function importsOf(file: string): string[] {
  const text = read(file);
  const found = [...text.matchAll(/(?:from|import)\s*\(?\s*["'](\.{1,2}\/[^"']+|#[^"']+)["']/g)].map(
    (match) => match[1] ?? "",
  );
  return found.map((name) =>
    name.startsWith("#") ? name.slice(1) : relative(ROOT, resolve(ROOT, dirname(file), name)),
  );
}

const lines = (file: string): number => read(file).split("\n").length - 1;

describe("imports", () => {
  it("go only where architecture lets them", () => {
    const wrong = TYPESCRIPT.flatMap((file) => {
      const room = roomOf(file);
      const allowed = [...(MAY_IMPORT[room] ?? []), ...(isTest(file) ? TESTS_MAY_IMPORT : [])];
      return importsOf(file)
        .filter((target) => {
          const to = roomOf(target);
          return (
            to !== room && !allowed.includes("*") && !allowed.some((name) => to === name || to.startsWith(`${name}/`))
          );
        })
        .map((target) => `${file} imports ${target}`);
    });
    expect(wrong).toEqual([]);
  });

  it("between rooms use #room names, within a room relative ones", () => {
    const top = (file: string): string => file.split("/")[0] ?? "";
    const wrong = TYPESCRIPT.flatMap((file) => {
      const text = read(file);
      return [...text.matchAll(/from\s+["'](\.{1,2}\/[^"']+|#[^"']+)["']/g)]
        .map((match) => match[1] ?? "")
        .filter((name) => {
          const isHash = name.startsWith("#");
          const target = isHash ? name.slice(1) : relative(ROOT, resolve(ROOT, dirname(file), name));
          return (top(target) === top(file)) === isHash;
        })
        .map((name) => `${file} imports ${name}`);
    });
    expect(wrong).toEqual([]);
  });

  it("never make two rooms import each other", () => {
    const top = (file: string): string => file.split("/")[0] ?? "";
    const edges = new Set(
      TYPESCRIPT.filter((file) => !isTest(file)).flatMap((file) =>
        importsOf(file)
          .filter((target) => top(target) !== top(file))
          .map((target) => `${top(file)} ${top(target)}`),
      ),
    );
    expect([...edges].filter((edge) => edges.has(edge.split(" ").reverse().join(" ")))).toEqual([]);
  });

  it("leave the domain pure: fact types, units, time and errors", () => {
    const wrong = TYPESCRIPT.filter((file) => file.startsWith("api/src/domain/") && !isTest(file)).flatMap((file) => {
      const text = read(file);
      const foreign = [...text.matchAll(/from\s+["']([^"'.#][^"']*)["']/g)].map((match) => match[1] ?? "");
      const kernel = importsOf(file).filter((target) => target.startsWith("kernel/") && !DOMAIN_KERNEL.has(target));
      return [...foreign.filter((name) => name.startsWith("node:") || name === "pg"), ...kernel].map(
        (name) => `${file} imports ${name}`,
      );
    });
    expect(wrong).toEqual([]);
  });

  it("leave the contracts to themselves and OpenZeppelin", () => {
    const wrong = FILES.filter((file) => file.startsWith("contracts/src/")).flatMap((file) =>
      [...read(file).matchAll(/^import .*from "([^"]+)";/gm)]
        .map((match) => match[1] ?? "")
        .filter((name) => !/^(contracts\/src|@openzeppelin\/contracts)\//.test(name))
        .map((name) => `${file} imports ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  it("leave the mappings to graph-ts and what is generated: no calls of contracts, no clock", () => {
    const mappings = FILES.filter((file) => file.startsWith("subgraph/src/"));
    const wrong = mappings.flatMap((file) => {
      const foreign = [...read(file).matchAll(/from "([^".][^"]*)"/g)].filter(
        ([, name]) => name !== "@graphprotocol/graph-ts",
      );
      const calls = [...read(file).matchAll(/\.bind\(|ethereum\.call|Date\b|Math\.random/g)];
      return [...foreign, ...calls].map(([text]) => `${file}: ${text}`);
    });
    expect(mappings.length).toBeGreaterThan(10);
    expect(wrong).toEqual([]);
  });

  it("keep SQL out of the graph", () => {
    const graph = TYPESCRIPT.filter((file) => file.startsWith("api/src/graphql/"));
    expect(graph.filter((file) => /\bselect\b[\s\S]{0,400}\bfrom\s+(chain|telemetry)\./i.test(read(file)))).toEqual([]);
  });
});

describe("files", () => {
  it("have at most 400 lines", () => {
    expect(FILES.filter((file) => lines(file) > 400).map((file) => `${file}: ${lines(file)}`)).toEqual([]);
  });

  it("have a median of at most 80 lines, and nine in ten at most 250", () => {
    const sizes = FILES.filter((file) => !isTest(file))
      .map(lines)
      .sort((a, b) => a - b);
    const quantile = (part: number): number => sizes[Math.floor(sizes.length * part)] ?? 0;
    expect(quantile(0.5)).toBeLessThanOrEqual(80);
    expect(quantile(0.9)).toBeLessThanOrEqual(250);
  });

  it("name no machine's paths", () => {
    const wrong = FILES.filter((file) => /["'`](\/root\/|\/home\/[a-z])/.test(read(file)));
    expect(wrong).toEqual([]);
  });
});
