import { hasTopicsOf, type EventFragment } from "../abi/events.ts";
import { UndecodableError, WORD_DIGITS, checkRange } from "../abi/words.ts";
import type { Header, Log, Receipt, Transaction } from "../source/types.ts";
import { decodeToHeap } from "./abi-decode.ts";
import { AscType, EthereumKind } from "./asc-types.ts";
import type { Heap, Pointer } from "./heap.ts";

/** What an event handler is given besides its log. */
export interface EventSurroundings {
  readonly header: Header;
  /** `undefined`: only hash and index, which the log knows, are laid out, so that reading more faults */
  readonly transaction: Transaction | undefined;
  readonly receipt: Receipt | undefined;
}

/** Gives the pointers of texts. */
interface Names {
  text(text: string): Pointer;
}

/** Lays out `ethereum.Block` (apiVersion 0.0.6 and above). */
export function writeBlock(heap: Heap, block: Header): Pointer {
  return heap.object(AscType.EthereumBlock, [
    heap.hex(block.hash),
    heap.hex(block.parentHash),
    heap.hex(block.sha3Uncles),
    heap.hex(block.miner),
    heap.hex(block.stateRoot),
    heap.hex(block.transactionsRoot),
    heap.hex(block.receiptsRoot),
    heap.quantity(block.number),
    heap.quantity(block.gasUsed),
    heap.quantity(block.gasLimit),
    heap.quantity(block.timestamp),
    heap.quantity(block.difficulty ?? "0x0"),
    heap.quantity(block.totalDifficulty ?? "0x0"),
    heap.quantity(block.size),
    heap.quantity(block.baseFeePerGas),
  ]);
}

/** The price that was paid: for fee-market transactions base fee plus tip, capped. */
function effectiveGasPrice(transaction: Transaction, block: Header): bigint {
  const { maxFeePerGas, maxPriorityFeePerGas } = transaction;
  if (maxFeePerGas === undefined || maxFeePerGas === null) return BigInt(transaction.gasPrice ?? 0);
  const most = BigInt(maxFeePerGas);
  if (block.baseFeePerGas === undefined || block.baseFeePerGas === null) return most;
  const price = BigInt(block.baseFeePerGas) + BigInt(maxPriorityFeePerGas ?? 0);
  return price < most ? price : most;
}

/** Lays out `ethereum.Transaction`. */
export function writeTransaction(heap: Heap, transaction: Transaction, block: Header): Pointer {
  return heap.object(AscType.EthereumTransaction, [
    heap.hex(transaction.hash),
    heap.quantity(transaction.transactionIndex),
    heap.hex(transaction.from),
    transaction.to === null ? 0 : heap.hex(transaction.to),
    heap.quantity(transaction.value),
    heap.quantity(transaction.gas),
    heap.bigInt(effectiveGasPrice(transaction, block)),
    heap.hex(transaction.input),
    heap.quantity(transaction.nonce),
  ]);
}

/**
 * Lays out the two first fields of `ethereum.Transaction`, hash and index, in the last 8 bytes of memory. Whoever reads
 * a later field reads beyond the end and faults: then the transaction is fetched and the handler runs again. A handler
 * that grows memory or fills it up to here must run again too (see `Mapping`).
 */
export function writeTransactionHead(heap: Heap, log: Log): Pointer {
  const hash = heap.hex(log.transactionHash);
  const index = heap.quantity(log.transactionIndex);
  const pointer = heap.u8.length - 8;
  heap.u32[pointer >> 2] = hash;
  heap.u32[(pointer >> 2) + 1] = index;
  return pointer;
}

/**
 * Lays out `ethereum.Event`.
 *
 * @param names gives the pointers of parameters' names
 * @throws UndecodableError when the log's data isn't the event's
 */
export function writeEvent(
  heap: Heap,
  event: EventFragment,
  log: Log,
  block: Pointer,
  surroundings: EventSurroundings,
  names: Names,
  hasReceiptField: boolean,
): Pointer {
  const parameters = writeParameters(heap, event, log, names);
  const receipt = surroundings.receipt ? writeReceipt(heap, surroundings.receipt) : 0;
  const address = heap.hex(log.address);
  const logIndex = heap.quantity(log.logIndex);
  // last: it lies at the end of memory, and nothing may grow memory before the handler runs
  const transaction = surroundings.transaction
    ? writeTransaction(heap, surroundings.transaction, surroundings.header)
    : undefined;
  // transactionLogIndex is logIndex, logType null: graph-node's RPC has neither
  const words = [address, logIndex, logIndex, 0, block, transaction ?? 0, parameters];
  const pointer = heap.object(AscType.EthereumEvent, hasReceiptField ? [...words, receipt] : words);
  if (transaction === undefined) heap.u32[(pointer >> 2) + 5] = writeTransactionHead(heap, log);
  return pointer;
}

function writeParameters(heap: Heap, event: EventFragment, log: Log, names: Names): Pointer {
  const { data } = log;
  if (!hasTopicsOf(event, log.topics)) throw new UndecodableError("another event's topics");
  checkRange(data, 2, event.headWords * WORD_DIGITS);
  const pointers: Pointer[] = [];
  let topic = event.selector === undefined ? 0 : 1;
  let at = 2;
  for (const input of event.inputs) {
    let value: Pointer;
    if (input.isIndexed) {
      const word = log.topics[topic++] ?? "0x";
      const isHashed = input.type.isDynamic || input.type.kind === "tuple" || input.type.kind === "fixedArray";
      value = isHashed
        ? heap.tagged(AscType.EthereumValue, EthereumKind.FixedBytes, heap.hex(word))
        : decodeToHeap(heap, input.type, word, 2, 2);
    } else {
      value = decodeToHeap(heap, input.type, data, at, 2);
      at += input.type.headWords * WORD_DIGITS;
    }
    pointers.push(heap.pair(AscType.EventParam, names.text(input.name), value));
  }
  return heap.array(pointers, AscType.ArrayEventParam);
}

function writeReceipt(heap: Heap, receipt: Receipt): Pointer {
  const optional = (hex: string | null | undefined): Pointer => (hex ? heap.hex(hex) : 0);
  const logs = receipt.logs.map((log) => writeReceiptLog(heap, log));
  return heap.object(AscType.TransactionReceipt, [
    heap.hex(receipt.transactionHash),
    heap.quantity(receipt.transactionIndex),
    heap.hex(receipt.blockHash),
    heap.quantity(receipt.blockNumber),
    heap.quantity(receipt.cumulativeGasUsed),
    heap.quantity(receipt.gasUsed),
    optional(receipt.contractAddress),
    heap.array(logs, AscType.ArrayLog),
    heap.quantity(receipt.status),
    optional(receipt.root),
    heap.hex(receipt.logsBloom),
  ]);
}

function writeReceiptLog(heap: Heap, log: Log): Pointer {
  const topics = log.topics.map((topic) => heap.hex(topic));
  const removed = heap.allocate(1, AscType.WrappedBool);
  heap.u8[removed] = log.removed === true ? 1 : 0;
  return heap.object(AscType.Log, [
    heap.hex(log.address),
    heap.array(topics, AscType.ArrayH256),
    heap.hex(log.data),
    heap.hex(log.blockHash),
    heap.quantity(log.blockNumber),
    heap.hex(log.transactionHash),
    heap.quantity(log.transactionIndex),
    heap.quantity(log.logIndex),
    0,
    0,
    removed,
  ]);
}
