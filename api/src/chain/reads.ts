import type { Abi, ContractFunctionArgs, ContractFunctionName, ContractFunctionReturnType } from "viem";
import { ABIS, encoder, type Addresses, type ContractName } from "./contracts.ts";
import type { ChainNode, Head } from "./node.ts";
import { revertOf } from "./revert.ts";

type Views<N extends ContractName> = ContractFunctionName<(typeof ABIS)[N], "view" | "pure">;

/** Reads of the contracts, all at one block. */
export class Reads {
  readonly addresses: Addresses;
  readonly head: Head;
  readonly call: ReturnType<typeof encoder>;
  readonly #node: ChainNode;

  constructor(node: ChainNode, addresses: Addresses, head: Head) {
    this.#node = node;
    this.addresses = addresses;
    this.head = head;
    this.call = encoder(addresses);
  }

  /** What a view gives; undefined where the contract refuses: the action itself will say why. */
  async read<N extends ContractName, F extends Views<N>>(
    contract: N,
    functionName: F,
    args: ContractFunctionArgs<(typeof ABIS)[N], "view" | "pure", F>,
  ): Promise<ContractFunctionReturnType<(typeof ABIS)[N], "view" | "pure", F> | undefined> {
    const question = {
      address: this.addresses[contract],
      abi: ABIS[contract] as Abi,
      functionName,
      args: args as readonly unknown[],
      blockNumber: this.head.number,
    };
    try {
      return (await this.#node.client.readContract(question)) as ContractFunctionReturnType<
        (typeof ABIS)[N],
        "view" | "pure",
        F
      >;
    } catch (error) {
      if (revertOf(error)) return undefined;
      throw error;
    }
  }

  /** USD per BCT with 8 decimals at which DC are sold; undefined while there is no fresh price. */
  price(): Promise<bigint | undefined> {
    return this.read("PriceFeed", "previewPrice", []);
  }
}
