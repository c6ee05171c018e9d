import { Bytes, Entity, Value, dataSource, ethereum, store } from "@graphprotocol/graph-ts";
import {
  Filtered,
  Hashed,
  Nameless,
  Nested,
  Overloaded,
  Overloaded1,
  Overloaded2,
  Receipt,
  Renamed,
  Run,
  Scalars,
} from "../generated/Torture/Meanings";
import { Trace } from "../generated/schema";
import { describeToken } from "./describe";
import { Reader } from "./program";
import { run } from "./run";

function trace(place: string, text: string): void {
  let found = new Trace(place + "-" + dataSource.address().toHexString());
  found.text = text;
  found.save();
}

function placeOf(event: ethereum.Event, name: string): string {
  return event.block.number.toString() + "-" + event.logIndex.toString() + "-" + name;
}

function parameters(event: ethereum.Event, name: string): void {
  let text = "";
  for (let i = 0; i < event.parameters.length; i++) {
    text += event.parameters[i].name + "=" + describeToken(event.parameters[i].value) + "\n";
  }
  let log = event.transactionLogIndex.toString() + (event.logType === null ? "" : event.logType!);
  trace(placeOf(event, name), text + event.address.toHexString() + " " + log);
}

export function handleRun(event: Run): void {
  let text = run(new Reader(event.params.program));
  trace(placeOf(event, "run"), text);
}

/** The same beside block handlers, to tell their data source's traces apart. */
export function handleTimed(event: Run): void {
  let text = run(new Reader(event.params.program));
  trace(placeOf(event, "timed"), text);
}

export function handleScalars(event: Scalars): void {
  parameters(event, "scalars");
  let params = event.params;
  let text = params.u8.toString() + " " + params.i8.toString() + " " + params.u24.toString() + " ";
  text += params.i256.toString() + params.b1.toHexString() + params.flag.toString() + params.text;
  trace(placeOf(event, "typed"), text);
}

export function handleNested(event: Nested): void {
  parameters(event, "nested");
  let grid = "";
  for (let i = 0; i < event.params.grid.length; i++) grid += event.params.grid[i].length.toString() + ",";
  let leaves = event.params.single.leaves;
  for (let i = 0; i < leaves.length; i++) grid += leaves[i].blob.toHexString() + leaves[i].small.toString();
  trace(placeOf(event, "grid"), grid);
}

export function handleHashed(event: Hashed): void {
  parameters(event, "hashed");
}

export function handleFiltered(event: Filtered): void {
  parameters(event, "filtered");
}

export function handleOverloaded(event: Overloaded): void {
  parameters(event, "overloaded");
}

export function handleOverloadedInt(event: Overloaded1): void {
  parameters(event, "overloaded-int");
}

export function handleOverloadedText(event: Overloaded2): void {
  parameters(event, "overloaded-text");
}

export function handleRenamed(event: Renamed): void {
  parameters(event, "renamed");
}

export function handleNameless(event: Nameless): void {
  parameters(event, "nameless");
}

function optional(bytes: Bytes | null): string {
  return bytes === null ? "null" : bytes.toHexString();
}

function describeTransaction(tx: ethereum.Transaction): string {
  let text = tx.hash.toHexString() + " " + tx.index.toString() + " " + tx.from.toHexString();
  text += " " + optional(tx.to) + " " + tx.value.toString() + " " + tx.gasLimit.toString();
  return text + " " + tx.gasPrice.toString() + " " + tx.nonce.toString() + " " + tx.input.length.toString();
}

function describeBlock(block: ethereum.Block): string {
  let text = block.hash.toHexString() + block.parentHash.toHexString() + block.unclesHash.toHexString();
  text += block.author.toHexString() + block.stateRoot.toHexString() + block.transactionsRoot.toHexString();
  text += block.receiptsRoot.toHexString() + block.number.toString() + " " + block.gasUsed.toString();
  text += " " + block.gasLimit.toString() + " " + block.timestamp.toString() + " " + block.difficulty.toString();
  text += " " + block.totalDifficulty.toString() + " " + (block.size === null ? "null" : block.size!.toString());
  return text + " " + (block.baseFeePerGas === null ? "null" : block.baseFeePerGas!.toString());
}

function describeLog(log: ethereum.Log): string {
  let text = log.address.toHexString() + log.data.toHexString() + log.blockHash.toHexString();
  for (let i = 0; i < log.topics.length; i++) text += log.topics[i].toHexString();
  text += log.blockNumber.toHexString() + log.transactionHash.toHexString() + log.transactionIndex.toString();
  text += " " + log.logIndex.toString() + " " + log.transactionLogIndex.toString() + " " + log.logType;
  return text + (log.removed === null ? "null" : log.removed!.inner.toString());
}

export function handleReceipt(event: Receipt): void {
  let receipt = event.receipt!;
  let text = receipt.transactionHash.toHexString() + receipt.transactionIndex.toString();
  text += receipt.blockHash.toHexString() + receipt.blockNumber.toString() + " ";
  text += receipt.cumulativeGasUsed.toString() + " " + receipt.gasUsed.toString() + " ";
  text +=
    optional(receipt.contractAddress as Bytes | null) +
    receipt.status.toString() +
    optional(receipt.root as Bytes | null);
  text += receipt.logsBloom.toHexString();
  for (let i = 0; i < receipt.logs.length; i++) text += "\n" + describeLog(receipt.logs[i]);
  trace(placeOf(event, "receipt"), text);
  trace(placeOf(event, "block"), describeBlock(event.block));
  trace(placeOf(event, "transaction"), describeTransaction(event.transaction));
}

export function handleOnce(block: ethereum.Block): void {
  trace(block.number.toString() + "-once", describeBlock(block));
}

export function handlePoll(block: ethereum.Block): void {
  trace(block.number.toString() + "-poll", describeBlock(block));
  let entity = new Entity();
  entity.set("name", Value.fromString("polled " + block.number.toString()));
  store.set("Thing", "a", entity);
}

export function handleEvery(block: ethereum.Block): void {
  trace(block.number.toString() + "-every", block.hash.toHexString());
}
