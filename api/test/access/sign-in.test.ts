import { openApi, type ApiFixture } from "../fixture.ts";
import { askToSignIn, messageFor, send, signedIn, takeNonce, walletOf } from "./wallet.ts";

const CHAIN_ID = 84_532;
const ALICE = walletOf(1);
const MALLORY = walletOf(2);
const VIEWER = "{ viewer { address tier scopes } }";

let fixture: ApiFixture;
let url: string;

beforeAll(async () => {
  fixture = await openApi({ withoutChain: true, policy: { chainId: CHAIN_ID } });
  ({ url } = fixture.api);
});

afterAll(() => fixture.close());

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

async function refusal(message: string, signature: string): Promise<string | undefined> {
  const { data, errors } = await askToSignIn(url, message, signature);
  expect(data ?? null).toBeNull();
  expect(errors?.[0]?.extensions["code"]).toBe("SIGN_IN_REFUSED");
  return errors?.[0]?.message;
}

describe("a wallet that signs in", () => {
  it("is known by the token that it gets, for as long as its message says", async () => {
    const expirationTime = new Date(Date.now() + 60_000);
    const message = await messageFor(url, ALICE.address, { expirationTime });
    const { data } = await askToSignIn(url, message, await ALICE.signMessage({ message }));
    const { token, expiresAt, address } = data?.["signIn"] as Record<string, string>;
    expect([address, expiresAt]).toEqual([ALICE.address.toLowerCase(), expirationTime.toISOString()]);
    expect((await send(url, VIEWER, { headers: bearer(token ?? "") })).data).toEqual({
      viewer: { address: ALICE.address.toLowerCase(), tier: "SESSION", scopes: ["LIVE_TELEMETRY", "FLEET"] },
    });
    await fixture.pool.query("update access.session set expires_at = $1", [new Date(Date.now() - 1)]);
    const late = await send(url, VIEWER, { headers: bearer(token ?? "") });
    expect([late.status, late.errors?.[0]?.extensions["code"]]).toEqual([401, "UNAUTHENTICATED"]);
  });

  it("may sign in as a browser, whose cookie no script and no other site gets", async () => {
    const message = await messageFor(url, ALICE.address);
    const { data, headers } = await askToSignIn(url, message, await ALICE.signMessage({ message }), "COOKIE");
    expect((data?.["signIn"] as { token: unknown }).token).toBeNull();
    const set = headers.get("set-cookie") ?? "";
    expect(set).toMatch(/^bc_session=bcs_[\w-]{64}; Max-Age=(60479\d|604800); Path=\/; HttpOnly; SameSite=Strict$/);
    const cookie = set.split(";")[0] ?? "";
    const mine = await send(url, VIEWER, { headers: { cookie: `theme=dark; ${cookie}` } });
    expect(mine.data).toMatchObject({ viewer: { tier: "SESSION" } });
    const foreign = await send(url, VIEWER, { headers: { cookie, origin: "https://evil.example" } });
    expect([foreign.data, foreign.headers.get("access-control-allow-origin")]).toEqual([{ viewer: null }, null]);
    const out = await send(url, "mutation { signOut }", { headers: { cookie } });
    expect([out.data, out.headers.get("set-cookie")]).toEqual([
      { signOut: 1 },
      "bc_session=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict",
    ]);
    // a stale cookie is a stranger's, who can sign in again
    expect((await send(url, VIEWER, { headers: { cookie } })).data).toEqual({ viewer: null });
  });

  it("is signed out of this session, or of all, at once and for every process", async () => {
    const [one, two, other] = [await signedIn(url, ALICE), await signedIn(url, ALICE), await signedIn(url, MALLORY)];
    expect((await send(url, "mutation { signOut }", { headers: one })).data).toEqual({ signOut: 1 });
    expect((await send(url, VIEWER, { headers: one })).status).toBe(401);
    expect((await send(url, VIEWER, { headers: two })).status).toBe(200);
    const all = await send(url, "mutation { signOut(isEverywhere: true) }", { headers: two });
    expect(Number(all.data?.["signOut"])).toBeGreaterThanOrEqual(1);
    expect((await send(url, VIEWER, { headers: two })).status).toBe(401);
    expect((await send(url, VIEWER, { headers: other })).status).toBe(200);
  });

  it("leaves no token in the database, only its hash", async () => {
    const { authorization } = await signedIn(url, ALICE);
    const token = authorization?.slice("Bearer ".length) ?? "";
    const { rows } = await fixture.pool.query<{ row: string }>("select s::text as row from access.session s");
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.some(({ row }) => row.includes(token) || row.includes(Buffer.from(token).toString("hex")))).toBe(false);
  });

  it("has twenty sessions at most: the oldest ends", async () => {
    const first = await signedIn(url, walletOf(3));
    for (let session = 0; session < 19; session++) await signedIn(url, walletOf(3));
    expect((await send(url, VIEWER, { headers: first })).status).toBe(200);
    await signedIn(url, walletOf(3));
    expect((await send(url, VIEWER, { headers: first })).status).toBe(401);
  });

  it("may write the times as RFC 3339 lets it", async () => {
    const text = await messageFor(url, ALICE.address);
    const message = text.replace(/Issued At: (.+)\.\d+Z/, "Issued At: $1Z");
    expect(message).not.toBe(text);
    const { data } = await askToSignIn(url, message, await ALICE.signMessage({ message }));
    expect(data).not.toBeNull();
  });
});

describe("a sign-in is refused", () => {
  it("that is played a second time", async () => {
    const message = await messageFor(url, ALICE.address);
    const signature = await ALICE.signMessage({ message });
    expect((await askToSignIn(url, message, signature)).errors).toBeUndefined();
    expect(await refusal(message, signature)).toBe("the nonce was used before");
  });

  it("in one of many aliases with the same nonce: one of them is let in", async () => {
    const message = await messageFor(url, ALICE.address);
    const signature = await ALICE.signMessage({ message });
    const tries = Array.from({ length: 8 }, (_, n) => `a${n}: signIn(message: $m, signature: $s) { address }`);
    const { data, errors } = await send(url, `mutation ($m: String!, $s: Bytes!) { ${tries.join(" ")} }`, {
      variables: { m: message, s: signature },
    });
    expect(data ?? null).toBeNull(); // a non-null field failed
    expect(errors?.[0]?.message).toBe("the nonce was used before");
    const { rows } = await fixture.pool.query("select 1 from access.used_nonce where nonce_hash = sha256($1::bytea)", [
      Buffer.from(/Nonce: (\w+)/.exec(message)?.[1] ?? ""),
    ]);
    expect(rows).toHaveLength(1);
  });

  it("for another site, another chain, another time, or a site whose URI is another", async () => {
    const cases: [Parameters<typeof messageFor>[2], RegExp][] = [
      [{ domain: "evil.example" }, /^the message is for evil.example$/],
      [{ uri: "https://evil.example/login" }, /^the message's URI is of evil.example, its domain 127/],
      [{ chainId: 1 }, /^the message is for chain 1$/],
      [{ expirationTime: new Date(Date.now() - 1_000) }, /^the message is expired, or not valid yet$/],
      [{ notBefore: new Date(Date.now() + 60_000) }, /^the message is expired, or not valid yet$/],
      [{ issuedAt: new Date(Date.now() + 3_600_000) }, /^the message was issued in the future$/],
    ];
    for (const [changes, words] of cases) {
      const message = await messageFor(url, ALICE.address, changes);
      expect(await refusal(message, await ALICE.signMessage({ message }))).toMatch(words);
    }
  });

  it("with a nonce that is forged, or older than ten minutes", async () => {
    const { nonce } = await takeNonce(url);
    const forged = nonce.slice(0, -1) + (nonce.endsWith("0") ? "1" : "0");
    const later = (Number.parseInt(nonce.slice(0, 12), 16) + 1).toString(16).padStart(12, "0") + nonce.slice(12);
    for (const bad of [forged, later, "abcdefgh12345678"]) {
      const message = await messageFor(url, ALICE.address, { nonce: bad });
      expect(await refusal(message, await ALICE.signMessage({ message }))).toBe("the nonce isn't ours, or is too old");
    }
  });

  it("by another wallet's key, with a broken signature, or with one of another message", async () => {
    const message = await messageFor(url, ALICE.address);
    const mallory = await MALLORY.signMessage({ message });
    const other = await ALICE.signMessage({ message: `${message} ` });
    for (const signature of [mallory, other, "0x", "0x00", `0x${"ff".repeat(65)}`, `0x${"ab".repeat(3_000)}`])
      expect(await refusal(message, signature)).toMatch(/^the signature isn't 0x/);
    // none of these used the nonce up
    expect((await askToSignIn(url, message, await ALICE.signMessage({ message }))).errors).toBeUndefined();
  });

  it("whose message a wallet might read otherwise than we do", async () => {
    const message = await messageFor(url, ALICE.address);
    const twisted = [
      `evil.example wants\n${message}`,
      message.replace("\nVersion", "\nURI: https://evil.example\nVersion"),
      message.replace("Version: 1", "Version: 2"),
      message.replace("Issued At: 2", "Issued At: never 2"),
      `${message}\nResources:\n- not a uri`,
      `${message}\n\nPS: and all my GPUs`,
      "",
      "x".repeat(5_000),
    ];
    for (const text of twisted)
      expect(await refusal(text, await ALICE.signMessage({ message: text }))).toBe(
        "this is no message as EIP-4361 has it",
      );
  });
});

describe("a token", () => {
  it("that is forged, cut or dressed up is refused as unknown, whatever it looks like", async () => {
    const { authorization = "" } = await signedIn(url, ALICE);
    const token = authorization.slice("Bearer ".length);
    const last = token.endsWith("A") ? "B" : "A";
    const bad = [
      token.slice(0, -1) + last,
      token.slice(0, -4),
      token.replace("bcs_", "bck_"),
      `${token}A`,
      "bcs_",
      "' or 1=1 --",
      "x".repeat(5_000),
    ];
    for (const text of bad) {
      const { status, errors } = await send(url, VIEWER, { headers: bearer(text) });
      expect([status, errors?.[0]?.extensions["code"]]).toEqual([401, "UNAUTHENTICATED"]);
    }
    expect((await send(url, VIEWER, { headers: { authorization: "Basic YTpi" } })).status).toBe(401);
    expect((await send(url, VIEWER, { headers: { authorization } })).status).toBe(200);
  });

  it("of a session signed out cannot be played again", async () => {
    const headers = await signedIn(url, ALICE);
    await send(url, "mutation { signOut }", { headers });
    expect((await send(url, "mutation { signOut(isEverywhere: true) }", { headers })).status).toBe(401);
  });
});
