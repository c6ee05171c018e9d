import { cpuOfTree } from "./index/proc.ts";

/** What work took. */
export interface Spent {
  ownSeconds: number;
  databaseSeconds: number;
  wallSeconds: number;
}

/** Adds up the time of this process and of a database's server, but for what is done within `pause`. */
export interface Stopwatch {
  start(): void;
  pause<T>(body: () => Promise<T>): Promise<T>;
  stop(): Spent;
}

/** @param pid of the database's server */
export function stopwatch(pid: number): Stopwatch {
  const spent = { ownSeconds: 0, databaseSeconds: 0, wallSeconds: 0 };
  let since = readClocks(pid);
  const add = (): void => {
    const now = readClocks(pid);
    for (const key of ["ownSeconds", "databaseSeconds", "wallSeconds"] as const) spent[key] += now[key] - since[key];
  };
  const start = (): void => void (since = readClocks(pid));
  return {
    start,
    pause: async (body) => {
      add();
      const result = await body();
      start();
      return result;
    },
    stop: () => {
      add();
      return spent;
    },
  };
}

function readClocks(pid: number): Spent {
  const { user, system } = process.cpuUsage();
  return {
    ownSeconds: (user + system) / 1e6,
    databaseSeconds: cpuOfTree(pid),
    wallSeconds: performance.now() / 1e3,
  };
}
