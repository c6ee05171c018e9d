import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import type { ServerOptions } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { inspect } from "node:util";
import { Secret, type Credentials } from "../targets/credentials.ts";
import { TestAuthority, type Certificate } from "../testing/certificates.ts";
import { LINE, startExporter, startRawExporter, startTlsExporter, type TestExporter } from "../testing/exporter.ts";
import { loadAccess } from "./access.ts";
import { Fetcher } from "./fetcher.ts";

const LIMITS = { timeoutMs: 5_000, bodyBytes: 10_000 };
let dir: string;
let authority: TestAuthority;
let good: Certificate;
let fetcher: Fetcher;
let exporter: TestExporter | undefined;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "bc-tls-"));
  authority = await TestAuthority.make(dir);
  good = await authority.sign("good");
});
afterAll(() => rm(dir, { recursive: true }));
beforeEach(() => {
  fetcher = new Fetcher();
});
afterEach(async () => {
  fetcher.close();
  await exporter?.close();
});

type Given = Partial<Omit<Credentials, "tls">> & { tls?: Partial<Credentials["tls"]> };

const accessOf = ({ tls, ...rest }: Given = {}) =>
  loadAccess({
    authorization: undefined,
    allowsPlainHttp: false,
    ...rest,
    tls: {
      caFile: authority.caFile,
      certFile: undefined,
      keyFile: undefined,
      serverName: undefined,
      isUnverified: false,
      ...tls,
    },
  });

/** Serves a line of metrics over TLS, and fetches it. */
async function fetchOver(options: ServerOptions, given?: Given, host = "127.0.0.1"): Promise<string> {
  exporter = await startTlsExporter(options, (_request, response) => response.end(LINE));
  return fetchIt(given, host);
}

async function fetchIt(given?: Given, host = "127.0.0.1"): Promise<string> {
  const url = (exporter?.url ?? "").replace("127.0.0.1", host);
  return fetcher.fetch(url, { ...LIMITS, access: await accessOf(given) }).then(
    ({ text }) => text,
    (error: unknown) => `${(error as { reason: string }).reason}: ${(error as Error).message}`,
  );
}

describe("over TLS", () => {
  it("an authority of one's own is trusted, by address and by name", async () => {
    expect(await fetchOver(good)).toBe(LINE);
    expect(await fetchIt({}, "localhost")).toBe(LINE);
  });

  it("a certificate that isn't of the authority named, or of none, is refused", async () => {
    const other = await TestAuthority.make(dir, "other");
    expect(await fetchOver(await other.sign("foreign"))).toMatch(/^tls: /);
    expect(await fetchIt({ tls: { caFile: undefined } })).toMatch(/^tls: /);
    expect(exporter?.requests).toEqual([]);
  });

  it("an expired certificate is refused", async () => {
    const expired = await authority.sign("expired", "IP:127.0.0.1", -1);
    expect(await fetchOver(expired)).toMatch(/^tls: .*certificate has expired/);
  });

  it("a certificate of another name is refused, unless that name is given, which is then asked for", async () => {
    const elsewhere = await authority.sign("elsewhere", "DNS:gpu-7.example.org");
    expect(await fetchOver(elsewhere)).toMatch(/^tls: .*Hostname\/IP does not match/);
    expect(await fetchIt({ tls: { serverName: "gpu-7.example.org" } })).toBe(LINE);
    expect((exporter?.requests[0]?.socket as TLSSocket & { servername: string }).servername).toBe("gpu-7.example.org");
  });

  it("insecure_skip_verify takes what comes", async () => {
    const expired = await authority.sign("expired-elsewhere", "DNS:gpu-7.example.org", -1);
    expect(await fetchOver(expired, { tls: { caFile: undefined, isUnverified: true } })).toBe(LINE);
  });

  it("a client's certificate opens what is closed without", async () => {
    const client = await authority.sign("client");
    const options = {
      ...good,
      ca: await readFile(authority.caFile),
      requestCert: true,
    };
    const { certFile, keyFile } = client;
    expect(await fetchOver({ ...options, rejectUnauthorized: true }, { tls: { certFile, keyFile } })).toBe(LINE);
    expect(await fetchIt()).toMatch(/^(tls|connect): /);
  });

  it("connections of one access serve no other", async () => {
    await fetchOver(good);
    await fetchIt({ tls: { isUnverified: true } });
    const [one, other] = exporter?.requests.map(({ socket }) => socket) ?? [];
    expect(one).not.toBe(other);
  });

  it("connections of an access that is no longer in force are closed, but for the request under way", async () => {
    exporter = await startTlsExporter(good, (_request, response) => void setTimeout(() => response.end(LINE), 200));
    const access = await accessOf();
    if (!access) throw new Error("no access");
    const fetching = fetcher.fetch(exporter.url, { ...LIMITS, access });
    await new Promise((resolve) => setTimeout(resolve, 50));
    fetcher.keepOnly(new Set());
    expect((await fetching).text).toBe(LINE);
    await fetcher.fetch(exporter.url, { ...LIMITS, access });
    expect(exporter.requests[0]?.socket).not.toBe(exporter.requests[1]?.socket);
  });

  it.each([
    ["an HTTP server is asked", "tls", () => startExporter((_request, response) => response.end(LINE))],
    ["the handshake is never answered", "timeout", () => startRawExporter(() => undefined)],
  ])("%s: it fails in time", async (_what, reason, start) => {
    exporter = await start();
    const access = await accessOf();
    const url = exporter.url.replace("http:", "https:");
    await expect(fetcher.fetch(url, { ...LIMITS, timeoutMs: 500, access })).rejects.toMatchObject({ reason });
  });
});

describe("what names files", () => {
  it.each([
    [
      "an authority that isn't there",
      { caFile: "/nowhere/ca.pem" },
      /TLS file can't be read: .*ENOENT.*\/nowhere\/ca\.pem/,
    ],
    ["an authority that is no certificate", { caFile: "garbage" }, /ca_file .*garbage holds no certificate in PEM/],
    [
      "a key that is none",
      { certFile: "good.pem", keyFile: "garbage" },
      /cert_file .*good\.pem and its key_file can't be used/,
    ],
    [
      "a key of another certificate",
      { certFile: "good.pem", keyFile: "stray.key" },
      /cert_file .*good\.pem and its key_file can't be used/,
    ],
  ])("is refused for %s, by name", async (_what, files, message) => {
    await writeFile(join(dir, "garbage"), "garbage");
    await authority.sign("stray");
    const tls = Object.fromEntries(
      Object.entries(files).map(([key, file]) => [key, file.startsWith("/") ? file : join(dir, file)]),
    );
    await expect(accessOf({ tls })).rejects.toMatchObject({
      code: "BAD_TLS_FILE",
      message: expect.stringMatching(message) as unknown,
    });
  });

  it.each([
    ["an empty file", ""],
    ["several lines", "one\ntwo"],
    ["what a header can't hold", "pässword"],
  ])("is refused for a secret in %s, without showing it", async (_what, text) => {
    const file = join(dir, "secret");
    await writeFile(file, text);
    const authorization = { type: "Bearer", username: "", secret: new Secret({ file }) };
    const error = await accessOf({ authorization }).catch((fault: unknown) => fault as Error);
    expect(error).toMatchObject({
      code: "BAD_SECRET",
      message: `secret file ${file} must hold one line of printable ASCII`,
    });
  });
});

describe("credentials", () => {
  const bearer = { type: "Bearer", username: "", secret: new Secret({ text: "hunter2" }) };

  it("go over TLS as Prometheus sends them", async () => {
    await writeFile(join(dir, "password"), "open sesame\n");
    const basic = { type: "basic", username: "ali", secret: new Secret({ file: join(dir, "password") }) };
    await fetchOver(good, { authorization: bearer });
    await fetchIt({ authorization: basic });
    const sent = exporter?.requests.map(({ headers }) => headers.authorization);
    // printf 'ali:open sesame' | base64
    expect(sent).toEqual(["Bearer hunter2", "Basic YWxpOm9wZW4gc2VzYW1l"]);
  });

  it("go over plain http only where that is allowed", async () => {
    exporter = await startExporter((_request, response) => response.end(LINE));
    expect(await fetchIt({ authorization: bearer })).toMatch(/^forbidden: its secret isn't sent over plain http/);
    expect(exporter.requests).toEqual([]);
    expect(await fetchIt({ authorization: bearer, allowsPlainHttp: true })).toBe(LINE);
    expect(exporter.requests[0]?.headers.authorization).toBe("Bearer hunter2");
  });

  it.each([401, 403])("that aren't taken fail as unauthorized: %d", async (status) => {
    exporter = await startExporter((_request, response) => response.writeHead(status).end());
    expect(await fetchIt()).toBe(`unauthorized: answered ${status}: correct basic_auth or authorization of its job`);
  });

  it("aren't shown by anything that prints them", async () => {
    const access = await accessOf({ authorization: bearer });
    const shown = [bearer, access].map(
      (thing) => inspect(thing, { depth: 9, showHidden: true }) + JSON.stringify(thing),
    );
    expect(shown.join()).not.toContain("hunter2");
    expect(shown.join()).not.toContain(Buffer.from("hunter2").toString("base64"));
  });
});
