import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { buildClient } from "../tools/client.ts";

const pathOf = (file: string): string => fileURLToPath(new URL(`../client/${file}`, import.meta.url));

/** Builds the typed client and runs its example on an API: the lines that it says. */
export async function runExample(url: string, wallet: string): Promise<string[]> {
  buildClient(pathOf("src"), pathOf("dist"));
  const args = ["--import", "tsx", pathOf("example.ts"), url, wallet];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    env: { ...process.env, NODE_OPTIONS: "" },
    timeout: 60_000,
  });
  return stdout.trimEnd().split("\n");
}
