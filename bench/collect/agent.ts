import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findPrometheus } from "#collector/src/testing/prometheus.ts";
import { freePort } from "#indexer/testdata/free-port.ts";
import { startChild } from "#kernel/child.ts";
import { SECOND_MS, sleep } from "#kernel/time.ts";
import { cpuOfTree, peakMemoryOfTree } from "../index/proc.ts";
import { GPUS_PER_HOST } from "./bodies.ts";
import { startLoadFleet } from "./fleet.ts";
import { readCounters, SCRAPE_SECONDS, type LiveTimes } from "./live.ts";

/** The peer at work on the same fleet. */
export interface AgentResult {
  samples: number;
  cpuSeconds: number;
  peakBytes: number;
}

/**
 * Debian's Prometheus as an agent, which scrapes, parses and writes its log, and has no database to write to.
 *
 * @returns undefined, and says why, where it can't be had
 */
export async function measureAgent(gpus: number, times: LiveTimes): Promise<AgentResult | undefined> {
  const found = await findPrometheus();
  if ("why" in found) return void process.stdout.write(`agent: left out. ${found.why}\n`);
  const dir = mkdtempSync(join(tmpdir(), "bc-bench-agent-"));
  const fleet = await startLoadFleet(gpus / GPUS_PER_HOST, join(dir, "targets.json"));
  const port = await freePort();
  const config = {
    global: { scrape_interval: `${SCRAPE_SECONDS}s` },
    scrape_configs: [{ job_name: "dcgm", file_sd_configs: [{ files: [fleet.targetsFile] }] }],
  };
  writeFileSync(join(dir, "prometheus.yml"), JSON.stringify(config));
  const agent = await startChild({
    name: "prometheus",
    command: found.prometheus,
    args: [
      ...["--enable-feature=agent", `--config.file=${join(dir, "prometheus.yml")}`],
      ...[`--storage.agent.path=${join(dir, "data")}`, `--web.listen-address=127.0.0.1:${port}`, "--log.level=warn"],
    ],
  });
  try {
    await sleep(times.warmMs);
    const [before, cpuBefore] = [await readCounters(port), cpuOfTree(agent.pid)];
    await sleep(times.measuredMs);
    const name = "prometheus_agent_samples_appended_total";
    return {
      samples: ((await readCounters(port)).get(name) ?? NaN) - (before.get(name) ?? NaN),
      cpuSeconds: cpuOfTree(agent.pid) - cpuBefore,
      peakBytes: peakMemoryOfTree(agent.pid),
    };
  } finally {
    await agent.stop(10 * SECOND_MS);
    await fleet.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}
