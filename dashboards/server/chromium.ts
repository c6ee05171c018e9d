import { execFile } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { BaseError, messageOf } from "#kernel/errors.ts";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const INSTALL = "apt-get install -y --no-install-recommends chromium";

/** A browser on this machine: that of `CHROMIUM`, or the first one on the path. */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const given = env["CHROMIUM"];
  if (given) return given;
  const folders = (env["PATH"] ?? "").split(delimiter);
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Whether a browser can be installed without asking anybody: as root on a Debian. */
const canInstall = (): boolean =>
  process.getuid?.() === 0 && existsSync("/etc/debian_version") && existsSync("/usr/bin/apt-get");

/**
 * A browser on this machine, installed from Debian's packages if there is none and that can be done.
 *
 * @param say told what is being done
 * @throws BaseError `NO_BROWSER` with the command that installs one
 */
export async function chromium(say: (line: string) => void): Promise<string> {
  const found = findChromium();
  if (found) return found;
  if (canInstall()) {
    say("Installing Chromium from Debian's packages (about a minute)…");
    const run = (...args: string[]) =>
      promisify(execFile)("apt-get", args, { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } });
    await run("update")
      .then(() => run(...INSTALL.split(" ").slice(1)))
      .catch((error: unknown) => say(`apt-get: ${messageOf(error)}`));
    const installed = findChromium();
    if (installed) return installed;
  }
  throw new BaseError("NO_BROWSER", "there is no Chromium on this machine", {
    hints: [`as root on Debian or Ubuntu: apt-get update && ${INSTALL}`, "or set CHROMIUM to a browser's path"],
  });
}
