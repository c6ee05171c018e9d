import { LINE, startExporter, type TestExporter } from "../testing/exporter.ts";
import { Fetcher } from "./fetcher.ts";
import { Guard, parseGuard } from "./guard.ts";

const LIMITS = { timeoutMs: 5_000, bodyBytes: 10_000 };

/** From IANA's registries of special-purpose addresses, and the clouds' documentation. */
const SPECIAL = [
  ...["0.0.0.0", "10.0.0.7", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1", "192.0.2.1", "192.168.1.1"],
  ...["198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "100.100.100.200"],
  ...[
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:a9fe:a9fe",
    "fe80::1",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
  ],
  ...["64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1", "2001::1", "fec0::1", "100::1", "4000::1"],
];
const PUBLIC = ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "2a00:1450:4001:80f::200e", "::ffff:8.8.8.8"];
const allowed = (guard: Guard): string[] => [...SPECIAL, ...PUBLIC].filter((address) => guard.allows(address));

describe("a guard", () => {
  it("lets addresses of the internet pass only", () => {
    expect(allowed(new Guard())).toEqual(PUBLIC);
    expect(new Guard().allows("localhost")).toBe(false);
  });

  it("that says yes lets networks of one's own pass, but nothing that hands out a cloud's credentials", () => {
    expect(allowed(parseGuard("yes")).filter((address) => !PUBLIC.includes(address))).toEqual([
      ...["10.0.0.7", "100.64.0.1", "127.0.0.1", "172.16.0.1", "192.168.1.1"],
      ...["::1", "::ffff:127.0.0.1", "fc00::1"],
    ]);
  });

  it("lets the networks pass that are named, and an address in IPv6's disguise as itself", () => {
    const guard = parseGuard("10.0.0.0/8, 169.254.169.254,fe80::/10");
    expect(allowed(guard).filter((address) => !PUBLIC.includes(address))).toEqual([
      ...["10.0.0.7", "169.254.169.254", "::ffff:a9fe:a9fe", "fe80::1"],
    ]);
  });

  it.each(["", "no"])("is closed for %j", (text) => {
    expect(allowed(parseGuard(text))).toEqual(PUBLIC);
  });

  it.each(["true", "10.0.0.0/33", "10.0.0/8,yes", "10.0.0.0/8;fd00::/8", "yes,no", ","])(
    "refuses %j as a setting",
    (text) => {
      expect(() => parseGuard(text)).toThrow(expect.objectContaining({ code: "BAD_SETTINGS" }) as Error);
    },
  );
});

describe("a guarded fetch", () => {
  let exporter: TestExporter;
  beforeAll(async () => {
    exporter = await startExporter((_request, response) => response.end(LINE));
  });
  afterAll(() => exporter.close());
  afterEach(() => void (exporter.requests.length = 0));

  /** The loopback address in the spellings that a URL may have. */
  const spellings = (): string[] => {
    const { port } = new URL(exporter.url);
    return ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"].map(
      (host) => `http://${host}:${port}/metrics`,
    );
  };

  it("is forbidden however the address is spelled, and nothing is connected to", async () => {
    const fetcher = new Fetcher(new Guard());
    for (const url of spellings()) {
      await expect(fetcher.fetch(new URL(url).href, LIMITS)).rejects.toMatchObject({
        reason: "forbidden",
        message: expect.stringMatching(/^(127\.0\.0\.1|::1|::ffff:7f00:1) isn't an address of the internet/) as unknown,
      });
    }
    fetcher.close();
    expect(exporter.requests).toEqual([]);
  });

  it("is made where the address is allowed", async () => {
    const fetcher = new Fetcher(parseGuard("127.0.0.1"));
    for (const url of spellings()) await fetcher.fetch(new URL(url).href, LIMITS);
    fetcher.close();
    expect(exporter.requests).toHaveLength(5);
  });

  it("is given no address by the look-up of a name, but those that are allowed", async () => {
    const look = (guard: Guard): Promise<unknown[]> =>
      new Promise((resolve) => guard.lookup("localhost", { all: true, family: 4 }, (...answer) => resolve(answer)));
    expect(await look(new Guard())).toEqual([expect.objectContaining({ reason: "forbidden" }), "", 0]);
    expect(await look(parseGuard("yes"))).toEqual([null, [{ address: "127.0.0.1", family: 4 }]]);
  });
});
