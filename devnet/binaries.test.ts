import { binaryPath, type Machine } from "./binaries.ts";

const faultOf = (name: "anvil" | "forge", machine: Machine): unknown => {
  try {
    return binaryPath(name, machine);
  } catch (error) {
    return error;
  }
};

describe("binaryPath", () => {
  it("finds what npm installed", () => {
    expect(binaryPath("graph")).toMatch(/node_modules\/\.bin\/graph$/);
  });

  it("says on Linux x64 that npm would install what is missing", () => {
    const machine = { root: "/nowhere/", platform: "linux", arch: "x64" };
    expect(faultOf("anvil", machine)).toMatchObject({
      code: "MISSING_BINARY",
      message: "anvil is not installed",
      hints: ["run `npm ci` in the repository's root"],
    });
  });

  it("says elsewhere what to install by hand", () => {
    const machine = { root: "/nowhere/", platform: "darwin", arch: "arm64" };
    expect(faultOf("forge", machine)).toMatchObject({
      hints: [
        "npm has forge for Linux x64 only; this is darwin arm64",
        "install Foundry 1.7 (getfoundry.sh) and link its forge to /nowhere/node_modules/.bin/forge",
        "or run on Linux x64",
      ],
    });
  });
});
