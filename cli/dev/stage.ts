import { AsyncLocalStorage } from "node:async_hooks";
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** What one program said and how it ended. */
export interface Outcome {
  code: number;
  output: string;
}

/** What is said by work that goes on beside other work: it is shown in one piece. */
const held = new AsyncLocalStorage<(string | Buffer)[]>();

/** Shows a text: now, or when the work `aside` that says it is done. */
export function say(text: string | Buffer, stream: NodeJS.WriteStream = process.stdout): void {
  const texts = held.getStore();
  if (texts) texts.push(text);
  else stream.write(text);
}

/** Does work beside other work, and shows at its end what it has said. */
export async function aside<T>(body: () => Promise<T>): Promise<T> {
  const texts: (string | Buffer)[] = [];
  try {
    return await held.run(texts, body);
  } finally {
    for (const text of texts) say(text);
  }
}

/** Runs a program at the root, showing what it prints as it comes, and keeps that too. */
export async function show(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(command, [...args], {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const [stream, target] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ] as const) {
      stream.on("data", (chunk: Buffer) => {
        output += chunk.toString();
        say(chunk, target);
      });
    }
    child.once("error", (error) => resolve({ code: 127, output: `${output}\n${error.message}` }));
    child.once("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

/** A program that npm installed. */
export function bin(name: string): string {
  return join(ROOT, "node_modules", ".bin", name);
}

/** Writes a heading, and says afterwards how long the body took. */
export async function stage<T>(title: string, body: () => Promise<T>): Promise<T> {
  const startedAt = Date.now();
  say(`\n── ${title}\n`);
  const result = await body();
  say(`── ${title}: ${((Date.now() - startedAt) / 1_000).toFixed(1)} s\n`);
  return result;
}

/** Hash of every file of the work tree that git tracks or would track, or of those under `paths`; "" without git. */
export function treeHash(...paths: readonly string[]): string {
  let files: string[];
  try {
    const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", ...paths];
    const listed = execFileSync("git", args, { cwd: ROOT });
    files = listed.toString().split("\0").filter(Boolean).sort();
  } catch {
    return "";
  }
  const hash = createHash("sha256");
  for (const file of files) {
    const path = join(ROOT, file);
    if (existsSync(path) && statSync(path).isFile()) hash.update(`${file}\0`).update(readFileSync(path)).update("\0");
  }
  return hash.digest("hex");
}

/** What a run of the tests is of, beside the tree: they are others on a server than on the embedded database. */
export interface Ground {
  databaseUrl: string;
  node: string;
}

const here = (): Ground => ({ databaseUrl: process.env["DATABASE_URL"] ?? "", node: process.versions.node });

/** Where it is noted that all tests have passed on the tree with this hash, with this Node and this database. */
export function testedStamp(tree: string, { databaseUrl, node }: Ground = here()): string {
  const key = createHash("sha256").update([tree, node, databaseUrl].join("\0")).digest("hex");
  return join(ROOT, ".cache", `tested-${key}`);
}

/** Runs what has only these files and folders to look at, unless it has passed on them as they are. */
export async function unlessPassed(
  name: string,
  paths: readonly string[],
  run: () => Promise<Outcome>,
): Promise<Outcome> {
  const hash = treeHash(...paths);
  const stamp = join(ROOT, ".cache", `passed-${name}-${hash}`);
  if (hash !== "" && existsSync(stamp)) {
    say("passed on these very files\n");
    return { code: 0, output: "" };
  }
  const outcome = await run();
  if (outcome.code === 0 && hash !== "" && hash === treeHash(...paths)) {
    mkdirSync(dirname(stamp), { recursive: true });
    writeFileSync(stamp, "");
  }
  return outcome;
}

/** The line with which the tests' output closes, "" if they didn't come that far. */
export function countsOf(output: string): string {
  const last = output.trimEnd().split("\n").at(-1) ?? "";
  return /^\d+ passed, \d+ failed/.test(last) ? last : "";
}
