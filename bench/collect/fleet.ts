import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { startChild, type Child } from "#kernel/child.ts";

const SERVERS = fileURLToPath(new URL("servers.ts", import.meta.url));

/** Exporters of a whole fleet, in one process that isn't measured. */
export interface LoadFleet {
  /** Prometheus' file_sd */
  readonly targetsFile: string;
  stop(): Promise<void>;
}

/** Starts the exporters of `hosts` hosts, each with its own address. */
export async function startLoadFleet(hosts: number, targetsFile: string): Promise<LoadFleet> {
  let port = 0;
  const child: Child = await startChild({
    name: "fleet",
    command: process.execPath,
    args: ["--import", "tsx", SERVERS],
    isReady: (line) => {
      port = Number(/^port (\d+)$/.exec(line)?.[1] ?? 0);
      return port > 0;
    },
  });
  // 127.1.0.1 and on, without the addresses that end in 0 or 255
  const targets = Array.from(
    { length: hosts },
    (_, host) => `127.1.${Math.floor(host / 250)}.${(host % 250) + 1}:${port}`,
  );
  writeFileSync(targetsFile, JSON.stringify([{ targets, labels: {} }]));
  return { targetsFile, stop: () => child.stop() };
}
