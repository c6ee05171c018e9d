import { parseFileSd } from "./file-sd.ts";

const parse = (groups: unknown) => parseFileSd(JSON.stringify(groups), "targets.json");

describe("parseFileSd", () => {
  it("reads targets with their labels, scheme and path", () => {
    expect(
      parse([
        { targets: ["10.0.0.7:9400", "[::1]:9400"] },
        {
          targets: ["gpu.example.org"],
          labels: { operator: "1", __scheme__: "https", __metrics_path__: "/h1/metrics", __address__: "x" },
        },
      ]),
    ).toEqual([
      { url: "http://10.0.0.7:9400/metrics", labels: {} },
      { url: "http://[::1]:9400/metrics", labels: {} },
      { url: "https://gpu.example.org/h1/metrics", labels: { operator: "1" } },
    ]);
  });

  it("takes a target listed twice once, with the labels of both", () => {
    expect(
      parse([
        { targets: ["a:1", "a:1"], labels: { x: "1" } },
        { targets: ["a:1"], labels: { y: "2" } },
      ]),
    ).toEqual([{ url: "http://a:1/metrics", labels: { x: "1", y: "2" } }]);
  });

  it("allows an empty list: nothing to scrape yet", () => {
    expect(parse([])).toEqual([]);
  });

  it.each([
    ["no list", {}, "must be a list"],
    ["an entry that is no object", [1], "entry 1 must be an object"],
    ["an entry without targets", [{ targets: [] }, {}], "entry 2: targets must be a list"],
    ["a target that is a URL", [{ targets: ["http://a:1"] }], '"http://a:1" is no "host:port"'],
    ["a target with a path", [{ targets: ["a:1/metrics"] }], '"a:1/metrics" is no "host:port"'],
    ["a target with a user", [{ targets: ["root@a:1"] }], '"root@a:1" is no "host:port"'],
    ["a port that is none", [{ targets: ["a:99999"] }], '"a:99999" is no "host:port"'],
    ["labels that are no texts", [{ targets: [], labels: { x: 1 } }], "entry 1: labels must be texts"],
    ["another scheme", [{ targets: ["a"], labels: { __scheme__: "ftp" } }], "__scheme__ must be http or https"],
    [
      "a path without a slash",
      [{ targets: ["a"], labels: { __metrics_path__: "m" } }],
      '__metrics_path__ must begin with "/"',
    ],
    ["a misspelled key", [{ target: ["a:1"] }], 'entry 1 has "target", but only targets and labels are known'],
  ])("refuses %s, naming the entry", (_what, groups, message) => {
    expect(() => parse(groups)).toThrow(expect.objectContaining({ code: "BAD_TARGETS" }) as Error);
    expect(() => parse(groups)).toThrow(message);
  });

  it("reads YAML where the name says so, an empty file as an empty list", () => {
    const text = "- targets: [a:1]\n  labels: { operator: '1', __param_constructor: x }\n";
    expect(parseFileSd(text, "targets.yml")).toEqual([
      { url: "http://a:1/metrics?constructor=x", labels: { operator: "1" } },
    ]);
    expect(parseFileSd("", "targets.yaml")).toEqual([]);
    expect(() => parseFileSd("- targets: [a:1", "targets.yml")).toThrow("target file targets.yml: is no YAML");
  });

  it("refuses YAML whose anchors make it grow without end", () => {
    const levels = Array.from({ length: 9 }, (_, n) => `a${n + 1}: &a${n + 1} [${Array(9).fill(`*a${n}`).join()}]`);
    expect(() => parseFileSd(`a0: &a0 [x]\n${levels.join("\n")}`, "bomb.yml")).toThrow(
      /is no YAML: Excessive alias count/,
    );
  });

  it("refuses what is no JSON", () => {
    expect(() => parseFileSd("- targets: [a]", "targets.json")).toThrow("target file targets.json: is no JSON");
  });
});
