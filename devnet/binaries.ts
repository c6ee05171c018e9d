import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { BaseError } from "#kernel/errors.ts";

/** The repository's root. */
export const ROOT = fileURLToPath(new URL("..", import.meta.url));

/**
 * Path of a program that npm installs: `anvil`, `forge` or `graph`.
 *
 * @throws BaseError `MISSING_BINARY` with what to install here
 */
export function binaryPath(name: "anvil" | "forge" | "graph"): string {
  const path = `${ROOT}node_modules/.bin/${name}`;
  if (existsSync(path)) return path;
  const isSupported = process.platform === "linux" && process.arch === "x64";
  const foundry = name !== "graph" && !isSupported;
  throw new BaseError("MISSING_BINARY", `${name} is not installed`, {
    hints: foundry
      ? [
          `npm has ${name} for Linux x64 only; this is ${process.platform} ${process.arch}`,
          `install Foundry 1.7 (getfoundry.sh) and link its ${name} to ${path}`,
          "or run on Linux x64",
        ]
      : ["run `npm ci` in the repository's root"],
  });
}
