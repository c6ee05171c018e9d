import {
  Address,
  BigDecimal,
  BigInt,
  Bytes,
  DataSourceContext,
  dataSource,
  ethereum,
  store,
} from "@graphprotocol/graph-ts";
import { Created, Shape, Transfer as TransferEvent } from "../generated/Emitter/Emitter";
import { Account, Output, Ping, Point, Sender, Tick, Transfer } from "../generated/schema";
import { Child as ChildTemplate } from "../generated/templates";
import { Ping as PingEvent } from "../generated/templates/Child/Child";

export { handleCommand } from "./command";
export { handleNumbers } from "./numbers";

// runs host functions while the module starts
const WEI = BigInt.fromI32(10).pow(18).toBigDecimal();

function account(address: Address): Account {
  let found = Account.load(address);
  if (found == null) {
    found = new Account(address);
    found.received = BigInt.zero();
    found.count = 0;
    found.average = BigDecimal.zero();
    found.tags = [];
    found.kind = "FISH";
    found.relatedCount = 0;
  }
  return found;
}

export function handleTransfer(event: TransferEvent): void {
  let id = event.transaction.hash.concatI32(event.logIndex.toI32());
  let to = account(event.params.to);
  to.relatedCount = to.transfers.load().length;
  let transfer = new Transfer(id);
  transfer.from = event.params.from;
  transfer.to = to.id;
  transfer.value = event.params.value;
  transfer.blockNumber = event.block.number;
  transfer.at = event.block.timestamp.toI64() * 1000000;
  transfer.save();
  to.received = to.received.plus(event.params.value);
  to.count = to.count + 1;
  to.average = to.received.toBigDecimal().div(BigDecimal.fromString(to.count.toString())).div(WEI);
  to.last = id;
  if (to.count == 2) to.nick = "two\ttabs\nand \\ slash";
  if (to.count == 3) to.nick = null;
  if (to.count <= 3) to.tags = to.tags.concat([to.count.toString()]);
  if (to.received.gt(BigInt.fromI32(1000))) to.kind = "WHALE";
  to.save();
  let point = new Point(0);
  point.account = to.id;
  point.value = event.params.value;
  point.price = event.params.value.toBigDecimal().div(BigDecimal.fromString("7"));
  point.save();
}

export function handleWatched(event: TransferEvent): void {
  let sender = new Sender(event.transaction.hash.concatI32(event.logIndex.toI32()));
  let receipt = event.receipt!;
  sender.from = event.transaction.from;
  sender.to = event.transaction.to;
  sender.value = event.transaction.value;
  sender.gasLimit = event.transaction.gasLimit;
  sender.gasPrice = event.transaction.gasPrice;
  sender.nonce = event.transaction.nonce;
  sender.input = event.transaction.input;
  sender.gasUsed = receipt.gasUsed;
  sender.receiptLogs = receipt.logs.length;
  sender.save();
}

function put(id: string, text: string): void {
  let output = new Output(id);
  output.text = text;
  output.save();
}

export function handleShape(event: Shape): void {
  let prefix = "shape-" + event.block.number.toString() + "-";
  let params = event.params;
  put(prefix + "small", params.small.toString());
  put(prefix + "signed", params.signedValue.toString());
  put(prefix + "four", params.four.toHexString());
  put(prefix + "blob", params.blob.toHexString());
  put(prefix + "text", params.text);
  put(prefix + "list", params.list.map<string>((item) => item.toString()).join(","));
  put(prefix + "pair", params.pair.who.toHexString() + " " + params.pair.amount.toString() + " " + params.pair.note);
  let pairs = "";
  for (let i = 0; i < params.pairs.length; i++) {
    pairs += params.pairs[i].amount.toString() + ":" + params.pairs[i].note + ";";
  }
  put(prefix + "pairs", pairs);
  put(prefix + "flag", params.flag.toString());
  put(prefix + "hashed", params.hashed.toHexString());
  put(prefix + "two", params.two[0].toHexString() + " " + params.two[1].toHexString());
  let kinds = "";
  for (let i = 0; i < event.parameters.length; i++) {
    kinds += event.parameters[i].name + "=" + event.parameters[i].value.kind.toString() + " ";
  }
  put(prefix + "kinds", kinds);
  put(prefix + "encoded", ethereum.encode(event.parameters[7].value)!.toHexString());
  put(prefix + "tuple", ethereum.encode(event.parameters[6].value)!.toHexString());
  put(prefix + "greeting", dataSource.context().getString("greeting") + " " + dataSource.network());
  put(prefix + "address", dataSource.address().toHexString());
  put(
    prefix + "log",
    event.logIndex.toString() + " " + event.transactionLogIndex.toString() + " " + (event.logType === null).toString(),
  );
}

export function handleCreated(event: Created): void {
  let context = new DataSourceContext();
  context.setString("label", event.params.label);
  context.setI32("depth", 1);
  context.setBigInt("big", BigInt.fromString("123456789012345678901234567890"));
  context.setBigDecimal("decimal", BigDecimal.fromString("-1.5"));
  context.setBytes("bytes", event.params.child);
  context.setBoolean("flag", true);
  ChildTemplate.createWithContext(event.params.child, context);
  ChildTemplate.createWithContext(event.params.child, context);
  let receipt = event.receipt!;
  put(
    "receipt-" + event.params.label,
    receipt.logs.length.toString() +
      " " +
      receipt.status.toString() +
      " " +
      receipt.logs[0].topics.length.toString() +
      " " +
      receipt.logsBloom.length.toString(),
  );
}

export function handlePing(event: PingEvent): void {
  let context = dataSource.context();
  let ping = new Ping(event.transaction.hash.concatI32(event.logIndex.toI32()));
  ping.child = dataSource.address();
  ping.label =
    context.getString("label") +
    " " +
    context.getBigDecimal("decimal").toString() +
    " " +
    context.getBigInt("big").toString() +
    " " +
    context.getBytes("bytes").toHexString() +
    " " +
    context.getBoolean("flag").toString();
  ping.depth = context.getI32("depth");
  ping.value = event.params.value;
  ping.save();
}

function tick(name: string, block: ethereum.Block): void {
  let entity = new Tick(name + "-" + block.number.toString());
  entity.number = block.number;
  entity.hash = block.hash;
  entity.parentHash = block.parentHash;
  entity.timestamp = block.timestamp;
  entity.gasLimit = block.gasLimit;
  entity.baseFee = block.baseFeePerGas;
  entity.save();
}

/** In place of `handleOnce`: fails at block 0. */
export function handleGenesis(block: ethereum.Block): void {
  assert(!block.number.isZero(), "not block 0");
}

export function handleOnce(block: ethereum.Block): void {
  tick("once", block);
}

export function handlePoll(block: ethereum.Block): void {
  tick("poll", block);
  // a no-change save must write nothing
  let known = Output.load("poll");
  put("poll", "the same");
  store.remove("Output", "poll-" + (known == null ? "first" : "later"));
}
