import { execFile } from "node:child_process";
import { BaseError, messageOf } from "#kernel/errors.ts";

/**
 * Runs a program to its end.
 *
 * @returns its stdout
 * @throws BaseError `BUILD_FAILED` with the last lines that it said
 */
export async function run(
  command: string,
  args: readonly string[],
  options: { cwd: string; env?: NodeJS.ProcessEnv },
): Promise<string> {
  return new Promise((resolve, reject) => {
    const limits = { maxBuffer: 64 * 1024 * 1024, encoding: "utf8" as const };
    execFile(command, [...args], { ...options, ...limits }, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      const said = `${stdout}\n${stderr}`.trim().split("\n").slice(-15).join("\n    ");
      const name = command.split("/").at(-1) ?? command;
      reject(new BaseError("BUILD_FAILED", `${name} ${args[0] ?? ""} failed:\n    ${said || messageOf(error)}`));
    });
  });
}
