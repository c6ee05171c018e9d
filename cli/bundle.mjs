// The command as plain JavaScript, made anew when a source has changed: it starts in half the time and half the CPU of
// TypeScript translated file by file. Plain JavaScript itself, because it runs before anything is translated.
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const FOLDER = join(ROOT, ".cache", "bc");
const NEWEST = join(FOLDER, "newest.json");
/** What shapes the output beside the sources. */
const TERMS = ["cli/bundle.mjs", "package.json", "tsconfig.json"];
const DAY_MS = 86_400_000;

/**
 * What tells a file from its later selves without reading it.
 *
 * @param {string} path from the root
 */
function lookOf(path) {
  const found = statSync(join(ROOT, path), { throwIfNoEntry: false });
  return found ? `${found.mtimeMs} ${found.size}` : "";
}

/** The newest bundle's entry, if no source has changed since. */
function freshEntry() {
  try {
    const { dir, looks } = JSON.parse(readFileSync(NEWEST, "utf8"));
    const entry = join(FOLDER, dir, "main.mjs");
    const isFresh = Object.entries(looks).every(([path, look]) => lookOf(path) === look);
    return isFresh && statSync(entry, { throwIfNoEntry: false }) ? entry : undefined;
  } catch {
    return undefined;
  }
}

/** A source's own place, which is lost where sources become one file. */
const place = {
  name: "place",
  /** @param {import("esbuild").PluginBuild} build */
  setup(build) {
    build.onLoad({ filter: /\.ts$/, namespace: "file" }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      const url = JSON.stringify(pathToFileURL(path).href);
      return { contents: text.replaceAll("import.meta.url", url), loader: "ts" };
    });
  },
};

/** Builds into a folder of its own: somebody else may be building, or running the one before. */
async function build() {
  mkdirSync(FOLDER, { recursive: true });
  for (const name of readdirSync(FOLDER)) {
    if (Date.now() - statSync(join(FOLDER, name)).mtimeMs > DAY_MS) rmSync(join(FOLDER, name), { recursive: true });
  }
  const looks = Object.fromEntries(TERMS.map((path) => [path, lookOf(path)]));
  const dir = mkdtempSync(join(FOLDER, "build-"));
  const esbuild = await import("esbuild");
  const { metafile } = await esbuild.build({
    absWorkingDir: ROOT,
    entryPoints: ["cli/main.ts"],
    outdir: dir,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    packages: "external",
    format: "esm",
    platform: "node",
    target: "node20",
    sourcemap: true,
    sourcesContent: false,
    metafile: true,
    plugins: [place],
  });
  await esbuild.stop(); // or its process stays as long as this one
  for (const path of Object.keys(metafile.inputs)) looks[path] = lookOf(path);
  const draft = join(dir, "newest.json");
  writeFileSync(draft, JSON.stringify({ dir: dir.slice(FOLDER.length + 1), looks }));
  renameSync(draft, NEWEST);
  return join(dir, "main.mjs");
}

/**
 * Where the command is, to be imported. Where nothing can be written, the TypeScript itself, translated as it is loaded.
 *
 * @returns {Promise<string>} a file URL
 */
export async function commandUrl() {
  const fresh = freshEntry();
  if (fresh) return pathToFileURL(fresh).href;
  try {
    return pathToFileURL(await build()).href;
  } catch (error) {
    if (
      !["EACCES", "EROFS", "EPERM", "ENOSPC", "ENOTDIR", "EEXIST"].includes(
        /** @type {{ code: string }} */ (error).code,
      )
    )
      throw error;
    const { register } = await import("tsx/esm/api");
    register();
    return new URL("main.ts", import.meta.url).href;
  }
}
