import { canonicalUuid, sliceUuid, uuidHash } from "./uuid.ts";

const HASH = "0x63fcd98ca27f1a6d133ad1c91d35c5b7f62ab8371b89da6489abc9b5cb376273";

describe("a GPU's identity", () => {
  it("hashes as the GPU NFT does: keccak256 of the lower-case bytes", () => {
    // By Foundry: cast keccak gpu-22dbdd79-f55a-92a8-aa39-322198e72ed6
    expect(uuidHash("GPU-22dbdd79-f55a-92a8-aa39-322198e72ed6")).toBe(HASH);
    expect(uuidHash("gpu-22DBDD79-f55a-92a8-aa39-322198e72ed6")).toBe(HASH);
  });

  it("has one spelling", () => {
    expect(canonicalUuid("gpu-22DBDD79-F55A")).toBe("GPU-22dbdd79-f55a");
    expect(canonicalUuid("GPU-22dbdd79-f55a")).toBe("GPU-22dbdd79-f55a");
    expect(sliceUuid("GPU-22dbdd79-f55a", "9")).toBe("GPU-22dbdd79-f55a/9");
  });

  it("can't be empty, long, or hold blanks, controls, other alphabets or a slash", () => {
    for (const text of ["", "GPU 1", "GPU-1\n", "GPU-1/9", "GPU-é", "x".repeat(101)]) {
      expect(canonicalUuid(text)).toBeUndefined();
    }
  });
});
