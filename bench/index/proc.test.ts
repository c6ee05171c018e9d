import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { cpuOfEndedChildren, cpuOfTree, peakMemoryOfTree, treeOf } from "./proc.ts";

const MIB = 2 ** 20;
/** Takes 0.3 s of CPU, says so and waits to be ended. */
const BUSY = `
  const all = () => { const { user, system } = process.cpuUsage(); return user + system; };
  while (all() < 300_000);
  console.log("done");
  process.stdin.resume().on("end", () => process.exit());
`;

/** Runs a shell's line that runs node in a child of its own, until it says something. */
async function start(program: string): Promise<{ pid: number; end: () => Promise<unknown> }> {
  const child = spawn("/bin/sh", ["-c", '"$0" --eval "$1"; true', process.execPath, program], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  await once(createInterface({ input: child.stdout }), "line");
  return {
    pid: child.pid ?? -1,
    end: () => {
      const ended = once(child, "exit");
      child.stdin.end();
      return ended;
    },
  };
}

describe("a process's time", () => {
  it("is counted with that of its children while it runs", async () => {
    const { pid, end } = await start(BUSY);
    const [members, seconds] = [treeOf(pid), cpuOfTree(pid)];
    await end();
    expect(members).toHaveLength(2);
    expect(seconds).toBeGreaterThanOrEqual(0.29);
    expect(seconds).toBeLessThan(2);
  });

  it("is counted with that of its children once it has ended", async () => {
    const before = cpuOfEndedChildren();
    const { end } = await start(BUSY);
    expect(cpuOfEndedChildren()).toBe(before);
    await end();
    expect(cpuOfEndedChildren() - before).toBeGreaterThanOrEqual(0.29);
  });

  it("of one that has ended is nothing of a tree anymore", async () => {
    const { pid, end } = await start(BUSY);
    await end();
    expect(treeOf(pid)).toEqual([]);
    expect(cpuOfTree(pid)).toBe(0);
  });
});

it("the peak of memory is the largest process's, also after the memory was given back", async () => {
  const { pid, end } = await start(`
    let block = Buffer.alloc(200 * 2 ** 20, 1);
    block = undefined;
    console.log("done");
    process.stdin.resume().on("end", () => process.exit());
  `);
  const peak = peakMemoryOfTree(pid);
  await end();
  expect(peak).toBeGreaterThan(200 * MIB);
  expect(peak).toBeLessThan(400 * MIB);
});
