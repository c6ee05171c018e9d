import { readSettings, SETTINGS, type SettingName } from "./settings.ts";

const ALL = Object.keys(SETTINGS) as SettingName[];

describe("readSettings", () => {
  it("has a default for everything that works on one machine", () => {
    const settings = readSettings(ALL, {}, {});
    expect(settings).toMatchObject({ apiPort: 4000, databaseUrl: "", rpcUrl: "", scrapeSeconds: 10, logLevel: "info" });
    expect(settings.dataDir).toMatch(/^\/.*\.data$/);
  });

  it("takes flags before the environment before defaults", () => {
    expect(readSettings(["apiPort"], {}, { PORT: "5000" }).apiPort).toBe(5000);
    expect(readSettings(["apiPort"], { apiPort: "6000" }, { PORT: "5000" }).apiPort).toBe(6000);
  });

  it("reports every fault at once, each with its variable and flag", () => {
    const env = {
      PORT: "80a",
      DATABASE_URL: "mysql://x/y",
      SCRAPE_SECONDS: "0",
      LOG_LEVEL: "loud",
      RPC_URL: "localhost:8545",
    };
    let thrown: unknown;
    try {
      readSettings(ALL, {}, env);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({
      code: "BAD_SETTINGS",
      message: "5 faulty settings",
      hints: [
        'DATABASE_URL (--database) is "mysql://x/y" but must be a URL that begins with postgres:// or postgresql://',
        'RPC_URL (--rpc) is "localhost:8545" but must be a URL that begins with http:// or https://',
        'PORT (--port) is "80a" but must be a port number',
        'SCRAPE_SECONDS (--scrape-seconds) is "0" but must be 1 to 300',
        'LOG_LEVEL (--log-level) is "loud" but must be debug, info, warn or error',
      ],
    });
  });

  it("refuses a port beyond 65535", () => {
    expect(() => readSettings(["apiPort"], { apiPort: "70000" }, {})).toThrow("1 faulty setting");
  });

  it("hides a password in a fault", () => {
    for (const user of ["postgress://me", "me", "postgres//me"]) {
      const read = (): unknown => readSettings(["databaseUrl"], { databaseUrl: `${user}:s:cr@t@db/x` }, {});
      const hints: unknown = [expect.stringContaining(`is "${user}:***@db/x"`)];
      expect(read).toThrow(expect.objectContaining({ hints }) as Error);
    }
  });

  it("gives each setting a variable and a flag of its own", () => {
    const specs = Object.values(SETTINGS);
    expect(new Set(specs.map((spec) => spec.env)).size).toBe(specs.length);
    expect(new Set(specs.map((spec) => spec.flag)).size).toBe(specs.length);
  });

  it("gives settings that nobody can change afterwards", () => {
    const settings = readSettings(["apiPort"], {}, {});
    expect(() => Object.assign(settings, { apiPort: 1 })).toThrow(TypeError);
  });
});
