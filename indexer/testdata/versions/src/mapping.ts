import { BigDecimal, BigInt, Entity, Value, dataSource, ethereum, store } from "@graphprotocol/graph-ts";
import { Command, Created, Transfer } from "../generated/Emitter/Emitter";
import { Account, Move, Note } from "../generated/schema";
import { Child } from "../generated/templates";
import { Ping } from "../generated/templates/Child/Child";

function note(block: ethereum.Block, name: string, text: string): void {
  let found = new Note(block.number.toString() + "-" + name);
  found.text = text;
  found.save();
}

export function handleTransfer(event: Transfer): void {
  let account = Account.load(event.params.to);
  if (account == null) {
    account = new Account(event.params.to);
    account.received = BigInt.zero();
    account.last = [];
  }
  account.received = account.received.plus(event.params.value);
  account.count = account.count + 1;
  account.share = account.received.toBigDecimal().div(BigDecimal.fromString("3")).neg();
  account.size = account.received.gt(BigInt.fromI32(9)) ? "LARGE" : "SMALL";
  account.last = [event.params.value, account.received];
  account.save();
  let move = new Move(event.transaction.hash.concatI32(event.logIndex.toI32()));
  move.to = account.id;
  let tx = event.transaction;
  move.text = tx.nonce.toString() + " " + tx.gasPrice.toString() + " " + tx.input.length.toString();
  let fee = event.block.baseFeePerGas;
  move.text += " " + (fee === null ? "none" : fee!.toString()) + " " + account.moves.load().length.toString();
  move.save();
}

export function handleCommand(event: Command): void {
  note(event.block, "command", event.params.what);
  if (event.params.what == "ghost") {
    let entity = new Entity();
    entity.set("text", Value.fromString("with a field that the schema lacks"));
    entity.set("ghost", Value.fromI32(1));
    store.set("Note", "ghost", entity);
  } else if (event.params.what == "balance") {
    note(event.block, "balance", ethereum.getBalance(event.address).toString());
  }
}

/** Where there are none. */
export function handleCreated(event: Created): void {
  Child.create(event.params.child);
}

/** Where there are receipts. */
export function handleReceipt(event: Created): void {
  Child.create(event.params.child);
  let receipt = event.receipt!;
  note(event.block, "receipt", receipt.gasUsed.toString() + " " + receipt.logs.length.toString());
}

export function handlePing(event: Ping): void {
  note(event.block, "ping", dataSource.address().toHexString() + " " + event.params.value.toString());
}

export function handleWatched(event: Transfer): void {
  note(event.block, "watched-" + event.logIndex.toString(), event.params.value.toString());
}

export function handleOnce(block: ethereum.Block): void {
  note(block, "once", block.hash.toHexString());
}

export function handlePoll(block: ethereum.Block): void {
  note(block, "poll", block.timestamp.toString());
}

export function handleEvery(block: ethereum.Block): void {
  note(block, "every", block.gasUsed.toString());
}
