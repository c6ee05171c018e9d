import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { BaseError } from "#kernel/errors.ts";

/** The repository's root. */
export const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Where a program is looked for. */
export interface Machine {
  root: string;
  platform: string;
  arch: string;
}

const HERE: Machine = { root: ROOT, platform: process.platform, arch: process.arch };

/**
 * Path of a program that npm installs: `anvil`, `forge` or `graph`.
 *
 * @throws BaseError `MISSING_BINARY` with what to install on this machine
 */
export function binaryPath(name: "anvil" | "forge" | "graph", { root, platform, arch }: Machine = HERE): string {
  const path = `${root}node_modules/.bin/${name}`;
  if (existsSync(path)) return path;
  const isSupported = platform === "linux" && arch === "x64";
  const foundry = name !== "graph" && !isSupported;
  throw new BaseError("MISSING_BINARY", `${name} is not installed`, {
    hints: foundry
      ? [
          `npm has ${name} for Linux x64 only; this is ${platform} ${arch}`,
          `install Foundry 1.7 (getfoundry.sh) and link its ${name} to ${path}`,
          "or run on Linux x64",
        ]
      : ["run `npm ci` in the repository's root"],
  });
}
