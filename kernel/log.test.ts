import { renderLine } from "./log.ts";

describe("renderLine", () => {
  it("shows time, level, name, message, fields and the error's message", () => {
    const line = {
      level: 40,
      time: Date.UTC(2026, 10, 22, 17, 3, 11),
      pid: 1,
      hostname: "h",
      name: "indexer",
      block: 120,
      err: { message: "gone" },
      msg: "behind",
    };
    expect(renderLine(JSON.stringify(line))).toBe("17:03:11 warn  indexer   behind block=120 err=gone");
  });

  it("leaves what is no log line as it is", () => {
    for (const text of ["", "hello", "null", "7", "{}", '{"time":"soon"}']) expect(renderLine(text)).toBe(text);
  });
});
