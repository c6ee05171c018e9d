import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { ROOT } from "./test/network.ts";

const L40S = join(ROOT, "collector/testdata/l40s-2026.prom");
const GPU = "GPU-5fd4f087-86f3-7a43-b711-4771313afc50";
/** One good line of an A100's slice and four that aren't. */
const MIXED = [
  "# TYPE DCGM_FI_DEV_SM_CLOCK gauge",
  `DCGM_FI_DEV_SM_CLOCK{gpu="0",UUID="${GPU}",modelName="A100",GPU_I_PROFILE="1g.5gb",GPU_I_ID="7"} 1410`,
  `DCGM_FI_DEV_FB_USED{gpu="0",UUID="${GPU}",modelName="A100",GPU_I_PROFILE="1g.5gb",GPU_I_ID="7"} 12`,
  `DCGM_FI_DEV_GPU_TEMP{gpu="0",UUID="${GPU}",job="a"b"} 30`,
  'DCGM_FI_DEV_GPU_TEMP{gpu="0"} 30',
  `DCGM_FI_DEV_POWER_USAGE{gpu="0",UUID="${GPU}"} 9223372036854775794`,
  `DCGM_FI_DEV_GPU_TEMP{gpu="0",UUID="${GPU}",modelName="A100"} 900`,
  "",
].join("\n");

async function bcTelemetry(args: readonly string[], input = "") {
  const { PATH = "" } = process.env;
  const child = spawn(process.execPath, [join(ROOT, "cli/bc.mjs"), "telemetry", ...args], { env: { PATH } });
  child.stdin.on("error", () => undefined); // it needn't read what it refuses by its flags
  child.stdin.end(input);
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { out, err, code: code as number };
}

describe("bc telemetry parse", () => {
  it("shows people each GPU's quantities in canonical units, its XIDs, and what is rejected", async () => {
    const { out, err, code } = await bcTelemetry(["parse", L40S]);
    expect([err, code]).toEqual(["", 0]);
    expect(out).toMatch(/^9 samples in units of 2026/);
    expect(out).toContain(`${GPU}, NVIDIA L40S`);
    expect(out).toMatch(/^ {2}power_watts +331\.25 {2}W$/m);
    expect(out).toMatch(/^ {2}energy_total_joules +424405 {2}J$/m);
    expect(out).toContain(`XID 31 on ${GPU}: GPU memory page fault`);
    expect(out).toMatch(/^rejected: 1 blank$/m);
    expect(out).toContain(`${GPU}, blank: mem_temp_celsius printed as 0`);
  });

  it("prints all of it as JSON, with each reject's line or reading", async () => {
    const { out, code } = await bcTelemetry(["parse", "-", "--json"], MIXED);
    expect(code).toBe(0);
    // the clock is the physical GPU's, the memory the slice's own: 1410 MHz and 12 MiB
    expect(JSON.parse(out)).toMatchObject({
      generation: "classic",
      sampleCount: 6,
      gpus: [
        { uuid: GPU, migId: null, model: "A100", values: { sm_clock_hertz: { value: 1_410_000_000, unit: "Hz" } } },
        { uuid: GPU, migId: "7", migProfile: "1g.5gb", values: { fb_used_bytes: { value: 12_582_912, unit: "B" } } },
      ],
      rejects: [
        { reason: "bad_line", line: 4, text: expect.stringContaining('job="a"b"') },
        { reason: "no_uuid", line: 5 },
        { reason: "blank", line: 6 },
        { reason: "out_of_range", uuid: GPU, migId: null, column: "gpu_temp_celsius", raw: 900 },
      ],
      rejectCounts: { bad_line: 1, no_uuid: 1, blank: 1, out_of_range: 1 },
    });
  });

  it.each([
    ["an empty body", "", "empty"],
    ["a web page", "<html>log in</html>", "html"],
    ["metrics of no GPU", "go_goroutines 7\n", "no_gpus"],
  ])("exits with 1 for %s, naming the reason of the failed scrape", async (_, body, reason) => {
    const { out, err, code } = await bcTelemetry(["parse", "-", "--json"], body);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ failure: { reason } });
    expect(err).toMatch(
      new RegExp(`^error: the scrape would fail as ${reason} \\(SCRAPE_FAILED\\)\n {2}because: .*\n {2}try: `),
    );
  });

  it("exits with 1 for a file that isn't there, and with 2 where none is named", async () => {
    expect(await bcTelemetry(["parse", "none.prom"])).toMatchObject({
      code: 1,
      err: expect.stringContaining("error: none.prom can't be read (NO_BODY)"),
    });
    expect(await bcTelemetry(["parse"])).toMatchObject({ code: 2 });
  });

  describe("of an address", () => {
    let server: Server;
    let url: string;
    beforeAll(async () => {
      server = createServer((request, response) => {
        if (request.url === "/metrics") response.end(MIXED);
        else response.writeHead(302, { location: "/metrics" }).end();
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    afterAll(() => server.close());

    it("scrapes it once, as the collector would", async () => {
      expect((await bcTelemetry(["parse", `${url}/metrics`])).out).toMatch(/^6 samples in units before 2026/);
      const { err, code } = await bcTelemetry(["parse", `${url}/elsewhere`]);
      expect([code, err]).toEqual([
        1,
        expect.stringContaining("fail as redirect (SCRAPE_FAILED)\n  because: answered 302 to /metrics"),
      ]);
    });
  });
});
