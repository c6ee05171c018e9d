import { oracleSigners } from "./oracle-signers.ts";

/** The first two keys of the well-known test mnemonic. */
const KEYS = [
  "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
  "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
];
const NOWHERE = { keystore: "", passwordFile: "", signerUrl: "", signerAddress: "" } as const;

describe("an oracle's key", () => {
  it("may be several in the environment, each an oracle", async () => {
    const signers = await oracleSigners(NOWHERE, KEYS.join());
    expect(signers.map(({ address }) => address)).toEqual([
      "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
      "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
    ]);
  });

  it.each([
    ["nowhere", NOWHERE, "", /no key is given/],
    ["in two places", { ...NOWHERE, keystore: "/k", passwordFile: "/p" }, KEYS[0] ?? "", /several keys' places/],
    ["in a keystore without password", { ...NOWHERE, keystore: "/k" }, "", /a keystore needs its password file/],
    [
      "at a signer without address",
      { ...NOWHERE, signerUrl: "http://127.0.0.1:9" },
      "",
      /needs its URL and an address/,
    ],
  ])("%s is refused with what to do", async (_, settings, keys, message) => {
    await expect(oracleSigners(settings, keys)).rejects.toMatchObject({
      code: "BAD_SETTINGS",
      message: expect.stringMatching(message),
      hints: expect.arrayContaining([expect.stringContaining("--keystore")]),
    });
  });
});
