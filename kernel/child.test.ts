import { spawn } from "node:child_process";
import { once } from "node:events";
import { startChild } from "./child.ts";
import { isProcessAlive } from "./lock.ts";
import { waitFor } from "./time.ts";

const node = (script: string) => ({ name: "test child", command: process.execPath, args: ["-e", script] });

describe("startChild", () => {
  it("waits for the line that says that it is ready, and stops it when asked", async () => {
    const lines: string[] = [];
    const child = await startChild({
      ...node(`setTimeout(() => console.log("ready"), 50); setInterval(() => undefined, 1000)`),
      isReady: (line) => line === "ready",
      onLine: (line) => lines.push(line),
    });
    expect(lines).toEqual(["ready"]);
    await child.stop();
    expect(await child.ended).toEqual({ code: null, signal: "SIGTERM" });
  });

  it("passes on what it is told, line by line, and doesn't mind one that has ended", async () => {
    const lines: string[] = [];
    const child = await startChild({
      ...node(`process.stdin.on("data", (text) => process.stdout.write("heard " + text))`),
      onLine: (line) => lines.push(line),
    });
    child.tell("clock 5");
    await waitFor(async () => lines[0], { timeoutMs: 10_000, onTimeout: () => new Error("it heard nothing") });
    expect(lines).toEqual(["heard clock 5"]);
    await child.stop();
    child.tell("clock 6");
  });

  it("tells what it said last when it ends before it is ready", async () => {
    const start = startChild({ ...node(`console.error("no such thing"); process.exit(3)`), isReady: () => false });
    await expect(start).rejects.toMatchObject({
      code: "CHILD_FAILED",
      message: expect.stringMatching(/code 3[\s\S]*no such thing/),
    });
  });

  it("ends one that is never ready", async () => {
    const start = startChild({
      ...node(`setInterval(() => undefined, 1000)`),
      isReady: () => false,
      readyTimeoutMs: 200,
    });
    await expect(start).rejects.toMatchObject({
      code: "CHILD_FAILED",
      message: "test child was not ready after 0.2 s",
    });
  });

  it("is a clear error for a program that isn't there", async () => {
    const start = startChild({ name: "nothing", command: "/no/such/program", args: [] });
    await expect(start).rejects.toMatchObject({ code: "CHILD_FAILED", message: "nothing could not be started" });
  });

  it("forces one that doesn't listen", async () => {
    const child = await startChild({
      ...node(`process.on("SIGTERM", () => undefined); console.log("ready"); setInterval(() => undefined, 1000)`),
      isReady: (line) => line === "ready",
    });
    await child.stop(200);
    expect(await child.ended).toEqual({ code: null, signal: "SIGKILL" });
  });
});

describe("onParentGone", () => {
  it("lets a child see that its parent was killed", async () => {
    const here = JSON.stringify(new URL("child.ts", import.meta.url).href);
    const childScript = `
      import { onParentGone } from ${here};
      onParentGone(() => process.exit(0));
      process.stdout.write("up " + process.pid + "\\n");
      setInterval(() => undefined, 1000);`;
    const parentScript = `
      import { startChild } from ${here};
      await startChild({
        name: "child", command: process.execPath, args: ["--import", "tsx", "--input-type=module", "-e", ${JSON.stringify(childScript)}],
        isReady: (line) => line.startsWith("up "), onLine: (line) => process.stdout.write(line + "\\n"),
      });
      setInterval(() => undefined, 1000);`;
    const parent = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", parentScript]);
    const [line] = (await once(parent.stdout, "data")) as [Buffer];
    const pid = Number(line.toString().split(" ")[1]);
    parent.kill("SIGKILL");
    await once(parent, "exit");
    const isGone = await waitFor(async () => (isProcessAlive(pid) ? undefined : true), {
      timeoutMs: 15_000,
      onTimeout: () => new Error("the child has outlived its parent"),
    });
    expect(isGone).toBe(true);
  });
});
