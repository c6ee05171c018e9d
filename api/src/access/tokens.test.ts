import { Tokens } from "./tokens.ts";

const tokens = new Tokens(Buffer.alloc(32, 7));
const NOW = Date.UTC(2026, 10, 23);
const MINUTE = 60_000;

describe("a token", () => {
  it("is found by its hash, and by nobody with another secret or for another purpose", () => {
    const { token, hash, prefix } = tokens.make("bck");
    expect(token).toMatch(/^bck_[\w-]{64}$/);
    expect(token.startsWith(prefix)).toBe(true);
    expect(tokens.recognize("bck", token)).toEqual(hash);
    expect(tokens.recognize("bcs", token)).toBeUndefined();
    expect(tokens.recognize("bcs", token.replace("bck_", "bcs_"))).toBeUndefined();
    expect(new Tokens(Buffer.alloc(32, 8)).recognize("bck", token)).toBeUndefined();
  });

  it("with any letter changed is none", () => {
    const { token } = tokens.make("bcs");
    for (let place = 4; place < token.length; place++) {
      const letter = token[place] === "A" ? "B" : "A";
      expect(tokens.recognize("bcs", token.slice(0, place) + letter + token.slice(place + 1))).toBeUndefined();
    }
  });
});

describe("a nonce", () => {
  it("is good for ten minutes, in letters and digits, and of no clock far ahead", () => {
    const { nonce, expiresAtMs } = tokens.makeNonce(NOW);
    expect(nonce).toMatch(/^[a-z0-9]{76}$/);
    expect(expiresAtMs).toBe(NOW + 10 * MINUTE);
    expect(tokens.nonceEnd(nonce, NOW)).toBe(NOW + 10 * MINUTE);
    expect(tokens.nonceEnd(nonce, NOW - 2 * MINUTE)).toBeUndefined();
    expect(tokens.nonceEnd(nonce.toUpperCase(), NOW)).toBeUndefined();
    expect(new Tokens(Buffer.alloc(32, 8)).nonceEnd(nonce, NOW)).toBeUndefined();
  });
});
