/** A block by number and hash. */
export interface BlockRef {
  readonly number: number;
  readonly hash: string;
}

/** A log as `eth_getLogs` gives it; quantities are hex. */
export interface Log {
  readonly address: string;
  readonly topics: readonly string[];
  readonly data: string;
  readonly blockNumber: string;
  readonly blockHash: string;
  readonly transactionHash: string;
  readonly transactionIndex: string;
  readonly logIndex: string;
  readonly removed?: boolean;
}

/** A block without its transactions, as `eth_getBlockBy…` gives it. */
export interface Header {
  readonly number: string;
  readonly hash: string;
  readonly parentHash: string;
  readonly timestamp: string;
  readonly sha3Uncles: string;
  readonly miner: string;
  readonly stateRoot: string;
  readonly transactionsRoot: string;
  readonly receiptsRoot: string;
  readonly logsBloom: string;
  readonly gasUsed: string;
  readonly gasLimit: string;
  readonly difficulty?: string | null;
  readonly totalDifficulty?: string | null;
  readonly size?: string | null;
  readonly baseFeePerGas?: string | null;
}

/** A transaction as `eth_getTransactionByHash` gives it. */
export interface Transaction {
  readonly hash: string;
  readonly transactionIndex: string;
  readonly from: string;
  readonly to: string | null;
  readonly value: string;
  readonly gas: string;
  readonly gasPrice?: string | null;
  readonly maxFeePerGas?: string | null;
  readonly maxPriorityFeePerGas?: string | null;
  readonly type?: string;
  readonly input: string;
  readonly nonce: string;
}

/** A receipt as `eth_getTransactionReceipt` gives it. */
export interface Receipt {
  readonly transactionHash: string;
  readonly transactionIndex: string;
  readonly blockHash: string;
  readonly blockNumber: string;
  readonly cumulativeGasUsed: string;
  readonly gasUsed: string;
  readonly contractAddress: string | null;
  readonly logs: readonly Log[];
  readonly status?: string | null;
  readonly root?: string | null;
  readonly logsBloom: string;
}

/** A block with the logs that the subgraph's filter let through, in log order. */
export interface Block extends BlockRef {
  readonly header: Header;
  /** seconds since 1970 */
  readonly time: number;
  readonly logs: readonly Log[];
  /** the block lies within the reorg window: its hash must be remembered */
  readonly isRecent: boolean;
}

/** What the source tells about the chain, in order. */
export type Step =
  | { readonly type: "block"; readonly block: Block }
  /** blocks above `ancestor` are no longer on the chain */
  | { readonly type: "reorg"; readonly ancestor: BlockRef }
  /** this block and those below will not change anymore */
  | { readonly type: "finalize"; readonly block: BlockRef }
  /** for now no block is known to follow: the chain is looked at anew */
  | { readonly type: "rest" };
