import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { toEventSelector, toFunctionSelector } from "viem";
import { gpuNFTAbi } from "../abi/gpuNFT.ts";
import { marketplaceAbi } from "../abi/marketplace.ts";
import { compileContracts, CONTRACTS, renderAbis, staleAbis, writeAbis } from "./abis.ts";

describe("the committed ABIs", () => {
  beforeAll(async () => compileContracts(), 120_000);

  it("are what the sources compile to", async () => {
    const stale = await staleAbis();
    expect(stale.map((file) => file.path)).toEqual([]);
  });

  it("carry the events that the subgraph handles, to the letter", () => {
    const settled = marketplaceAbi.find((entry) => entry.type === "event" && entry.name === "UsageSettled");
    const minted = gpuNFTAbi.find((entry) => entry.type === "event" && entry.name === "GpuMinted");
    expect(settled && toEventSelector(settled)).toBe(
      toEventSelector("UsageSettled(uint256,uint256,uint256,uint256,address,uint256,uint256,uint64,uint64,uint256)"),
    );
    expect(minted && toEventSelector(minted)).toBe(
      toEventSelector("GpuMinted(uint256,uint256,uint256,address,address,bytes32,bytes32)"),
    );
  });

  it("carry what contracts inherit", () => {
    const names = gpuNFTAbi.flatMap((entry) => (entry.type === "function" ? [toFunctionSelector(entry)] : []));
    expect(names).toContain(toFunctionSelector("royaltyInfo(uint256,uint256)"));
    expect(names).toContain(toFunctionSelector("safeTransferFrom(address,address,uint256,bytes)"));
  });
});

describe("generating ABIs", () => {
  /** A folder with an artifact for each contract, all with the same one function. */
  async function artifacts(): Promise<string> {
    const root = await mkdtemp(join(tmpdir(), "abis-"));
    const abi = [{ type: "function", name: "x", inputs: [], outputs: [], stateMutability: "view" }];
    for (const name of CONTRACTS) {
      const dir = join(root, `contracts/out/${name}.sol`);
      await mkdir(dir, { recursive: true });
      await writeFile(join(dir, `${name}.json`), JSON.stringify({ abi }));
    }
    return root;
  }

  it("writes a JSON and a module for each contract, then nothing more", async () => {
    const root = await artifacts();
    try {
      expect(await writeAbis(root)).toHaveLength(2 * CONTRACTS.length);
      expect(await writeAbis(root)).toEqual([]);
      expect(await readFile(join(root, "contracts/abi/PriceFeed.json"), "utf8")).toBe(
        `[\n  {"type":"function","name":"x","inputs":[],"outputs":[],"stateMutability":"view"}\n]\n`,
      );
      expect(await readFile(join(root, "contracts/abi/priceFeed.ts"), "utf8")).toContain(
        "export const priceFeedAbi = [\n",
      );
    } finally {
      await rm(root, { recursive: true });
    }
  });

  it("finds a file that was changed by hand", async () => {
    const root = await artifacts();
    try {
      await writeAbis(root);
      await writeFile(join(root, "contracts/abi/PriceFeed.json"), "[]\n");
      expect((await staleAbis(root)).map((file) => file.path)).toEqual(["contracts/abi/PriceFeed.json"]);
    } finally {
      await rm(root, { recursive: true });
    }
  });

  it("names the artifact that is missing and what to run", async () => {
    await expect(renderAbis(join(tmpdir(), "no-such-folder"))).rejects.toMatchObject({
      code: "ARTIFACT_MISSING",
      hints: expect.arrayContaining(["run `npx forge build`"]) as unknown,
    });
  });
});
