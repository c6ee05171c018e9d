import type { actions, ChainOptions, Prepared } from "../../chain/index.ts";
import { BaseError } from "#kernel/errors.ts";

type Actions = typeof actions;
/** Name of something that can be done on the chain. */
export type ActionName = keyof Actions;
/** What it takes. */
export type InputOf<Name extends ActionName> = Parameters<Actions[Name]>[0];

/** Prepares transactions on one chain, whose code is loaded when it is first asked for. */
export class ChainPort {
  readonly #options: ChainOptions | undefined;
  #door: Promise<(name: ActionName, input: never, indexed?: bigint) => Promise<Prepared>> | undefined;

  /** @param options undefined: this API knows no node */
  constructor(options?: ChainOptions) {
    this.#options = options;
  }

  /**
   * @param indexed number of the last indexed block, if it is known
   * @throws BaseError `NO_CHAIN`; what `prepare` throws
   */
  async prepare<Name extends ActionName>(name: Name, input: InputOf<Name>, indexed?: bigint): Promise<Prepared> {
    if (!this.#options) throw noChain();
    this.#door ??= openDoor(this.#options);
    return (await this.#door)(name, input as never, indexed);
  }
}

async function openDoor(options: ChainOptions) {
  const { actions, openDesk, prepare } = await import("../../chain/index.ts");
  const desk = openDesk(options);
  return (name: ActionName, input: never, indexed?: bigint) => prepare<never>(desk, actions[name], input, indexed);
}

function noChain(): BaseError {
  return new BaseError("NO_CHAIN", "this API has no access to a chain: it prepares no transactions", {
    hints: [
      "ask an API that has",
      "whoever runs this one: set DEPLOYMENT to the contracts' addresses, and RPC_URL to a node of their chain",
    ],
  });
}
