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
      const name = command.split("/").at(-1) ?? command;
      const said = faultLines(`${stdout}\n${stderr}`);
      reject(new BaseError("BUILD_FAILED", `${name} ${args[0] ?? ""} failed: ${said || messageOf(error)}`));
    });
  });
}

/** The lines that say what is wrong; the last lines if none says so. */
function faultLines(output: string): string {
  const lines = output.trim().split("\n");
  const faults = lines.filter((line) => /^\s*(error\b|✖)/i.test(line)).slice(0, 10);
  return (faults.length > 0 ? faults : lines.slice(-10)).join("\n    ");
}
