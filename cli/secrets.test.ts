import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSecrets } from "./secrets.ts";

let dir: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "bc-secrets-"));
});

afterAll(() => rmSync(dir, { recursive: true, force: true }));

const written = (text: string): string => {
  const path = join(dir, "secrets");
  writeFileSync(path, text);
  return path;
};

describe("a file of secrets", () => {
  it("has one a line, beside remarks and empty lines", () => {
    const text = "# of the new webhook\nwhsec_0123456789abcdef\n\n  whsec_fedcba9876543210  \r\n";
    expect(readSecrets(written(text))).toEqual(["whsec_0123456789abcdef", "whsec_fedcba9876543210"]);
  });

  it.each([
    ["nothing", "\n# later\n", "it has none"],
    ["a short one", "whsec_0123456789abcdef\nhunter2\n", "shorter than 16 characters"],
  ])("with %s is refused, without saying what is in it", (_what, text, why) => {
    const read = () => readSecrets(written(text));
    expect(read).toThrow(why);
    expect(read).not.toThrow("hunter2");
  });

  it("that isn't there is refused by its name", () => {
    expect(() => readSecrets(join(dir, "gone"))).toThrow(/gone can't be used: .*ENOENT/);
  });
});
