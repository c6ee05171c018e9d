import type { ChainState } from "../host/context.ts";
import { Miss } from "../host/errors.ts";
import type { CallRequest } from "../source/state-reader.ts";
import type { BlockRef } from "../source/types.ts";

/** Asks the node for the chain's state at a block. */
export interface StateAsker {
  /** null for calls that revert */
  calls(block: BlockRef, requests: readonly CallRequest[]): Promise<(string | null)[]>;
  balance(block: BlockRef, address: string): Promise<bigint>;
  hasCode(block: BlockRef, address: string): Promise<boolean>;
}

/** The chain's state at one block, each part asked for once. */
export class BlockState implements ChainState {
  private readonly asker: StateAsker;
  private readonly block: BlockRef;
  private readonly outputs = new Map<string, string | null>();
  private readonly balances = new Map<string, bigint>();
  private readonly codes = new Map<string, boolean>();

  constructor(asker: StateAsker, block: BlockRef) {
    this.asker = asker;
    this.block = block;
  }

  call(address: string, data: string): string | null {
    return recall(this.outputs, keyOf({ address, data }), () => this.make([{ address, data }]));
  }

  balance(address: string): bigint {
    return recall(this.balances, address, async () => {
      this.balances.set(address, await this.asker.balance(this.block, address));
    });
  }

  hasCode(address: string): boolean {
    return recall(this.codes, address, async () => {
      this.codes.set(address, await this.asker.hasCode(this.block, address));
    });
  }

  /** Makes calls before handlers ask for them, each once; gives those that reverted. */
  async warm(requests: readonly CallRequest[]): Promise<readonly CallRequest[]> {
    const wanted = new Map(requests.map((request) => [keyOf(request), request]));
    const missing = [...wanted].filter(([key]) => !this.outputs.has(key)).map(([, request]) => request);
    if (missing.length > 0) await this.make(missing);
    return missing.filter((request) => this.outputs.get(keyOf(request)) === null);
  }

  private async make(requests: readonly CallRequest[]): Promise<void> {
    const outputs = await this.asker.calls(this.block, requests);
    for (const [index, request] of requests.entries()) this.outputs.set(keyOf(request), outputs[index] ?? null);
  }
}

/** What is known under a key; else the handler waits for it. */
function recall<T>(known: ReadonlyMap<string, T>, key: string, ask: () => Promise<void>): T {
  const value = known.get(key);
  if (value === undefined) throw new Miss(ask);
  return value;
}

function keyOf({ address, data }: CallRequest): string {
  return `${address}/${data}`;
}
