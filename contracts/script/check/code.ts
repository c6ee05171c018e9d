import type { Hex } from "viem";
import type { DeployedChain, Finding } from "./chain.ts";

/**
 * That each contract's code is this source's, byte by byte but for its immutables, which other checks read one by one.
 */
export async function checkCode(chain: DeployedChain): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [name, address] of Object.entries(chain.deployed.contracts)) {
    const { object, immutableReferences } = chain.artifactOf(name).deployedBytecode;
    const places = Object.values(immutableReferences ?? {}).flat();
    const code = await chain.client.getCode({ address });
    const isSame = code !== undefined && masked(code, places) === masked(object, places);
    findings.push({
      claim: `${name} runs this source's code`,
      isGood: isSame,
      found: code === undefined ? `no code at ${address}` : `other code at ${address}`,
    });
  }
  return findings;
}

/** Code with zeros where immutables stand. */
function masked(code: Hex, places: readonly { start: number; length: number }[]): string {
  const bytes = Buffer.from(code.slice(2), "hex");
  for (const { start, length } of places) bytes.fill(0, start, start + length);
  return bytes.toString("hex");
}
