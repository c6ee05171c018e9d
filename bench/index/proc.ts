import { readFileSync } from "node:fs";

/** Linux counts a process's time in hundredths of a second, whatever the kernel's own clock is. */
const TICKS_PER_SECOND = 100;

/** What `/proc/<pid>/stat` says of a process's time. */
interface Times {
  /** its own, in seconds */
  readonly own: number;
  /** of its children that have ended and were waited for, with theirs */
  readonly ended: number;
}

function timesOf(pid: number | "self"): Times {
  const text = readFileSync(`/proc/${pid}/stat`, "latin1");
  // the name, in parentheses, may hold anything; fields are counted from behind it
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const seconds = (index: number): number => Number(fields[index] ?? 0) / TICKS_PER_SECOND;
  return { own: seconds(11) + seconds(12), ended: seconds(13) + seconds(14) };
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1").split(" ").filter(Boolean).map(Number);
}

/** A process and all below it, as they are now. */
export function treeOf(pid: number): number[] {
  try {
    return [pid, ...childrenOf(pid).flatMap(treeOf)];
  } catch {
    return []; // it has just ended
  }
}

/**
 * CPU seconds, user and system, of a running process with all its children, those that have ended too. One that ends
 * while they are added up would be missed, so they are added up until none does.
 */
export function cpuOfTree(pid: number): number {
  for (;;) {
    const members = treeOf(pid);
    try {
      const sum = members.map(timesOf).reduce((total, { own, ended }) => total + own + ended, 0);
      if (treeOf(pid).join() === members.join()) return sum;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT" && (error as NodeJS.ErrnoException).code !== "ESRCH")
        throw error;
    }
  }
}

/** CPU seconds of this process's children that have ended, with all of theirs. */
export function cpuOfEndedChildren(): number {
  return timesOf("self").ended;
}

/** The most memory, in bytes, that any process of a tree has had at once since it started. */
export function peakMemoryOfTree(pid: number): number {
  const peaks = treeOf(pid).map((member) => {
    try {
      const status = readFileSync(`/proc/${member}/status`, "latin1");
      return Number(/^VmHWM:\s*(\d+) kB/m.exec(status)?.[1] ?? 0) * 1_024;
    } catch {
      return 0; // it has just ended
    }
  });
  return Math.max(0, ...peaks);
}
