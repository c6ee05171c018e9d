import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { readings } from "../testing/rows.ts";
import { ExpositionParser, parseExposition } from "./exposition.ts";
import { DEFAULT_LIMITS } from "./limits.ts";

const AT = 1_700_000_000_000;
const power = (uuid: string, watts: string, more = ""): string =>
  `DCGM_FI_DEV_POWER_USAGE{gpu="0",UUID="${uuid}",device="nvidia0"${more}} ${watts}\n`;

describe("a line", () => {
  it("costs only itself when it is bad", () => {
    const text = `${power("GPU-1", "ERROR - FAILED TO CONVERT TO STRING")}garbage\n{"my.metric"} 1\n${power("GPU-2", "67.268000")}`;
    const { rows, rejects, firstBadLine, sampleCount } = parseExposition(text, AT);
    expect(rows.map((row) => [row.uuid, readings(row)])).toEqual([["GPU-2", { power_watts: 67.268 }]]);
    expect(rejects).toEqual({ bad_line: 3 });
    expect(firstBadLine).toMatch(/^DCGM_FI_DEV_POWER_USAGE.*ERROR - FAILED/);
    expect(sampleCount).toBe(4);
  });

  it("may end in CRLF, or in nothing at the end of the body", () => {
    const text = power("GPU-1", "67").replace("\n", "\r\n") + power("GPU-2", "68").trimEnd();
    expect(parseExposition(text, AT).rows.map(readings)).toEqual([{ power_watts: 67 }, { power_watts: 68 }]);
  });

  it("may carry a timestamp or an exemplar, neither of which is used", () => {
    const text = `${power("GPU-1", "67 1395066363000")}${power("GPU-2", '68 # {trace_id="a}b"} 0.5 1')}${power("GPU-3", "69 later")}`;
    const { rows, rejects } = parseExposition(text, AT);
    expect(rows.map((row) => [row.at, readings(row)["power_watts"]])).toEqual([
      [AT, 67],
      [AT, 68],
    ]);
    expect(rejects).toEqual({ bad_line: 1 });
  });

  it("of a GPU without a usable UUID is rejected, at every scrape", () => {
    const parser = new ExpositionParser();
    const text = `DCGM_FI_DEV_POWER_USAGE{gpu="0"} 67\n${power("has blank", "67")}${power("GPU-1/7", "1")}`;
    for (let round = 0; round < 2; round++) expect(parser.parse(text, AT).rejects).toEqual({ no_uuid: 3 });
  });

  it("of anything but a GPU is ignored: Go's own series, links, switches, CPUs, unknown fields", () => {
    const text = [
      "go_goroutines 12",
      "process_cpu_seconds_total 1.5",
      'DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL{nvlink="3",nvswitch="1",gpu="0",gpu_uuid="GPU-1"} 5',
      'DCGM_FI_DEV_POWER_USAGE{cpu="0",UUID="GPU-1"} 5',
      'DCGM_FI_DEV_UNHEARD_OF{UUID="GPU-1"} 5',
    ].join("\n");
    expect(parseExposition(text, AT)).toMatchObject({ rows: [], rejects: {}, sampleCount: 5 });
  });

  it("after OpenMetrics' end mark isn't read", () => {
    const { rows, isOpenMetricsComplete } = parseExposition(
      `${power("GPU-1", "67")}# EOF\n${power("GPU-2", "68")}`,
      AT,
    );
    expect(rows.map(({ uuid }) => uuid)).toEqual(["GPU-1"]);
    expect(isOpenMetricsComplete).toBe(true);
  });
});

describe("a value", () => {
  it("that is blank or impossible is null, never a number", () => {
    const text = [
      'DCGM_FI_DEV_GPU_TEMP{UUID="GPU-1"} 9223372036854775794',
      'DCGM_FI_DEV_POWER_USAGE{UUID="GPU-1"} NaN',
      'DCGM_FI_DEV_SM_CLOCK{UUID="GPU-1"} 1410',
      // Seen on real H100s: a utilization of billions.
      'DCGM_FI_DEV_GPU_UTIL{UUID="GPU-1"} 808334905',
      'DCGM_FI_PROF_GR_ENGINE_ACTIVE{UUID="GPU-1"} +Inf',
      'DCGM_FI_DEV_MEMORY_TEMP{UUID="GPU-1"} 0',
    ].join("\n");
    const { rows, rejects } = parseExposition(text, AT);
    expect(rows.map(readings)).toEqual([{ sm_clock_hertz: 1_410_000_000 }]);
    expect(rejects).toEqual({ blank: 3, out_of_range: 2 });
  });

  it("printed twice counts once, and the last one counts", () => {
    const { rows, rejects } = parseExposition(`${power("GPU-1", "67")}${power("GPU-1", "61")}`, AT);
    expect(rows.map(readings)).toEqual([{ power_watts: 61 }]);
    expect(rejects).toEqual({ duplicate: 1 });
  });

  it("repeated for several pods of one GPU counts once", () => {
    const { rows, rejects } = parseExposition(
      `${power("GPU-1", "67", ',pod="a"')}${power("GPU-1", "67", ',pod="b"')}`,
      AT,
    );
    expect(rows.map(readings)).toEqual([{ power_watts: 67 }]);
    expect(rejects).toEqual({});
  });

  it("doesn't outlive its body: what a later scrape doesn't say is null again", () => {
    const parser = new ExpositionParser();
    parser.parse(`${power("GPU-1", "67")}DCGM_FI_DEV_GPU_TEMP{UUID="GPU-1"} 30`, AT);
    expect(parser.parse(power("GPU-1", "68"), AT).rows.map(readings)).toEqual([{ power_watts: 68 }]);
    expect(parser.parse("", AT).rows).toEqual([]);
  });

  it("that is blank in all fields makes no row: such a GPU isn't alive", () => {
    expect(parseExposition(power("GPU-1", "9223372036854775794"), AT).rows).toEqual([]);
  });
});

describe("a UUID", () => {
  it("is one GPU however it is spelled", () => {
    const text = `${power("GPU-ABCD", "67")}DCGM_FI_DEV_GPU_TEMP{uuid="gpu-abcd"} 30`;
    const { rows } = parseExposition(text, AT);
    expect(rows.map((row) => [row.uuid, readings(row)])).toEqual([
      ["GPU-abcd", { power_watts: 67, gpu_temp_celsius: 30 }],
    ]);
  });
});

describe("XIDs", () => {
  it("become events with their text, and 0 is none", () => {
    const line = (uuid: string, code: number, text: string): string =>
      `DCGM_FI_DEV_XID_ERRORS{UUID="${uuid}",err_code="${code}",err_msg="${text}"} ${code}\n`;
    const text = `${line("GPU-1", 79, "GPU has fallen off the bus")}${line("GPU-2", 0, "No Error")}${power("GPU-2", "67")}`;
    expect(parseExposition(text, AT).events).toEqual([
      { uuid: "GPU-1", kind: "XID", code: 79, text: "GPU has fallen off the bus" },
    ]);
  });
});

describe("limits", () => {
  const many = (count: number, line: (index: number) => string): string =>
    Array.from({ length: count }, (_, index) => line(index)).join("");

  it.each([
    ["too_many_samples", many(10_001, (index) => `x${index} 1\n`)],
    ["too_many_gpus", many(257, (index) => power(`GPU-${index}`, "67"))],
    ["labels_too_large", `A{x="${"y".repeat(1_025)}"} 1`],
    ["labels_too_large", `A{${many(65, (index) => `l${index}="1",`)}} 1`],
  ])("fail the whole scrape with reason %s", (reason, text) => {
    expect(() => parseExposition(text, AT)).toThrow(expect.objectContaining({ reason }) as Error);
  });

  it("bound what is remembered of series that come and go", () => {
    const parser = new ExpositionParser();
    for (let round = 0; round < 200; round++) {
      const text = many(100, (index) => power("GPU-1", "67", `,pod="${round}-${index}"`));
      expect(parser.parse(text, AT).rows.map(readings)).toEqual([{ power_watts: 67 }]);
    }
    expect(parser.rememberedLabelSets).toBeLessThan(2_000);
  });

  it("bound what is remembered of a target that exceeds them with other series at every scrape", () => {
    const parser = new ExpositionParser();
    for (let round = 0; round < 5; round++) {
      const text = many(10_001, (index) => power("GPU-1", "67", `,pod="${round}-${index}"`));
      expect(() => parser.parse(text, AT)).toThrow(expect.objectContaining({ reason: "too_many_samples" }) as Error);
      expect(parser.rememberedLabelSets).toBeLessThanOrEqual(21_000);
    }
  });

  it("leave no body in memory for the sake of a series that was new in it", () => {
    setFlagsFromString("--expose-gc");
    const collectGarbage = runInNewContext("gc") as () => void;
    const usedMegabytes = (): number => {
      collectGarbage();
      return process.memoryUsage().heapUsed / 1_048_576;
    };
    const parser = new ExpositionParser();
    const before = usedMegabytes();
    for (let round = 0; round < 50; round++) {
      const text = power("GPU-1", "67", `,pod="${round}"`) + `# ${"x".repeat(1_048_576)}\n`;
      parser.parse(Buffer.from(text).toString(), AT);
    }
    expect(parser.rememberedLabelSets).toBe(50);
    expect(usedMegabytes() - before).toBeLessThan(20);
  });

  it("leave a large body without a single brace cheap to read", () => {
    const text = many(9_900, (index) => `${"x".repeat(400)}${index} 1\n`);
    const startedAt = performance.now();
    expect(parseExposition(text, AT).sampleCount).toBe(9_900);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});

describe("any text", () => {
  const limits = { ...DEFAULT_LIMITS, samples: Infinity, labels: Infinity, labelLength: Infinity, gpus: Infinity };
  const fragment = fc.constantFrom(
    ...[
      "DCGM_FI_DEV_POWER_USAGE",
      "DCGM_FI_DEV_XID_ERRORS",
      "{",
      "}",
      '"',
      "=",
      ",",
      " ",
      "\n",
      "\r\n",
      "\\",
      "#",
      "# EOF",
    ],
    ...[
      'UUID="GPU-1"',
      'GPU_I_ID="3"',
      'pod="a"',
      'pod="b"',
      'modelName="M"',
      "67.5",
      "NaN",
      "9223372036854775794",
      "\t",
      "\u0000",
      "é",
    ],
  );

  it("is read without an exception, and gives only numbers within bounds", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(fragment).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(text, (body) => {
        const { rows } = parseExposition(body, AT, limits);
        expect(rows.flatMap(({ values }) => [...values]).every((value) => Math.abs(value) !== Infinity)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  const label = fc.constantFrom('UUID="GPU-1"', 'UUID="GPU-2"', 'GPU_I_ID="3"', 'pod="a"', 'pod="b"', 'modelName="M"');
  const name = fc.constantFrom("DCGM_FI_DEV_POWER_USAGE", "DCGM_FI_PROF_DRAM_ACTIVE", "DCGM_FI_DEV_XID_ERRORS");
  const line = fc
    .tuple(name, fc.uniqueArray(label), fc.constantFrom("0", "0.5", "67.5", "NaN", "x"))
    .map(([metric, labels, value]) => `${metric}{${labels.join()}} ${value}\n`);

  it("says the same to a parser that remembers and to one that doesn't", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.array(line).map((lines) => lines.join("")),
          { maxLength: 5 },
        ),
        (bodies) => {
          const parser = new ExpositionParser(limits);
          for (const body of bodies) expect(parser.parse(body, AT)).toEqual(parseExposition(body, AT, limits));
        },
      ),
      { numRuns: 500 },
    );
  });
});
