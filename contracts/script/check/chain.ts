import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  ContractFunctionExecutionError,
  createPublicClient,
  http,
  type Abi,
  type Address,
  type Hex,
  type PublicClient,
} from "viem";
import { BaseError } from "#kernel/errors.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** What was found about one thing that must hold. */
export interface Finding {
  /** a sentence that is true if all is well */
  claim: string;
  isGood: boolean;
  /** what stands there instead */
  found?: string;
}

/** A deployment as `Deploy.s.sol` writes it. */
export interface Deployed {
  chainId: number;
  startBlock: number;
  genesisTime: number;
  epochLength: number;
  contracts: Record<string, Address>;
}

/** The parameters of a deployment, as its file has them; numbers may stand as text. */
export type DeployParams = Record<string, unknown> & { rewards: Record<string, unknown> };

/** What forge keeps of a compiled contract. */
interface Artifact {
  abi: Abi;
  deployedBytecode: { object: Hex; immutableReferences?: Record<string, { start: number; length: number }[]> };
}

/** A deployed network that can be asked. */
export class DeployedChain {
  readonly client: PublicClient;
  readonly deployed: Deployed;
  readonly params: DeployParams;
  readonly #artifacts: ReadonlyMap<string, Artifact>;

  private constructor(
    client: PublicClient,
    deployed: Deployed,
    params: DeployParams,
    artifacts: ReadonlyMap<string, Artifact>,
  ) {
    this.client = client;
    this.deployed = deployed;
    this.params = params;
    this.#artifacts = artifacts;
  }

  /**
   * Connects and reads the artifacts of all contracts that are deployed.
   *
   * @throws BaseError `WRONG_CHAIN`, or `ARTIFACT_MISSING` if a contract isn't of this source
   */
  static async open(rpcUrl: string, deployed: Deployed, params: DeployParams): Promise<DeployedChain> {
    const client = createPublicClient({ transport: http(rpcUrl) });
    const chainId = await client.getChainId();
    if (chainId !== deployed.chainId) {
      throw new BaseError("WRONG_CHAIN", `the deployment is on chain ${deployed.chainId}, ${rpcUrl} is ${chainId}`, {
        hints: ["pass the deployment of that chain with --deployment"],
      });
    }
    const artifacts = new Map<string, Artifact>();
    for (const name of Object.keys(deployed.contracts)) artifacts.set(name, await readArtifact(name));
    return new DeployedChain(client, deployed, params, artifacts);
  }

  /** Where a contract is. */
  addressOf(name: string): Address {
    const address = this.deployed.contracts[name];
    if (address !== undefined) return address;
    throw new BaseError("BAD_DEPLOYMENT", `the deployment has no ${name}`, {
      hints: ["deploy the contracts of this version"],
    });
  }

  /** The name of the contract at an address, or the address. */
  nameOf(address: string): string {
    const entry = Object.entries(this.deployed.contracts).find(([, at]) => at.toLowerCase() === address.toLowerCase());
    return entry?.[0] ?? address;
  }

  artifactOf(name: string): Artifact {
    const artifact = this.#artifacts.get(name);
    if (artifact !== undefined) return artifact;
    throw new BaseError("BAD_DEPLOYMENT", `the deployment has no ${name}`);
  }

  /** What a view of a contract says; "no answer" of one that isn't there or refuses. */
  async read(name: string, functionName: string, args: readonly unknown[] = []): Promise<unknown> {
    const { abi } = this.artifactOf(name);
    const call = { address: this.addressOf(name), abi, functionName, args };
    return this.client.readContract(call).catch((error: unknown) => {
      if (error instanceof ContractFunctionExecutionError) return "no answer";
      throw error;
    });
  }
}

async function readArtifact(name: string): Promise<Artifact> {
  const path = join(ROOT, `contracts/out/${name}.sol/${name}.json`);
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new BaseError("ARTIFACT_MISSING", `there is no artifact of ${name} at ${path}`, {
      hints: ["run `npx forge build`", "check that the deployment is of this version"],
      cause,
    });
  });
  return JSON.parse(text) as Artifact;
}
