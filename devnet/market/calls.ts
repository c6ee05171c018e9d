import {
  encodeFunctionData,
  prepareEncodeFunctionData,
  type Abi,
  type ContractFunctionArgs,
  type ContractFunctionName,
} from "viem";
import type { Address } from "../deployment.ts";
import type { Call } from "./blocks.ts";
import type { AccountIndex } from "./plan.ts";

/** A contract that transactions go to. */
export interface Callee<A extends Abi> {
  abi: A;
  address: Address;
}

interface Prepared {
  abi: Abi;
  functionName: `0x${string}`;
}

/** Finding a function in its ABI and hashing its signature costs more than the rest. */
const prepared = new WeakMap<Abi, Map<string, Prepared>>();

/** A transaction that calls a contract, its arguments checked by type. */
export function callOf<const A extends Abi, N extends ContractFunctionName<A, "nonpayable">>(
  by: AccountIndex,
  { abi, address }: Callee<A>,
  name: N,
  args: ContractFunctionArgs<A, "nonpayable", N>,
): Call {
  const { abi: items, functionName } = prepare(abi, name);
  const data = encodeFunctionData<Abi>({ abi: items, functionName, args: args as readonly unknown[] });
  return { by, to: address, data, what: name };
}

function prepare(abi: Abi, name: string): Prepared {
  const known = prepared.get(abi) ?? new Map<string, Prepared>();
  prepared.set(abi, known);
  const item = known.get(name) ?? prepareEncodeFunctionData<Abi, string>({ abi, functionName: name });
  known.set(name, item);
  return item;
}
