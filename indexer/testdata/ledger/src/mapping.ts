import { BigInt, DataSourceContext, dataSource, store } from "@graphprotocol/graph-ts";
import { Closed, Opened, Paid } from "../generated/Ledger/Ledger";
import { Account, Closing, Entry, Opening, Ping, Point, Total } from "../generated/schema";
import { Child } from "../generated/templates";
import { Pinged } from "../generated/templates/Child/Child";

export function handlePaid(event: Paid): void {
  let id = event.transaction.hash.concatI32(event.logIndex.toI32());
  let account = Account.load(event.params.account);
  if (account == null) {
    account = new Account(event.params.account);
    account.balance = BigInt.zero();
    account.count = 0;
  }
  account.balance = account.balance.plus(event.params.amount);
  account.count = account.count + 1;
  account.save();
  let total = Total.load("all");
  if (total == null) {
    total = new Total("all");
    total.sum = BigInt.zero();
  }
  total.sum = total.sum.plus(event.params.amount);
  total.last = account.id;
  total.save();
  let entry = new Entry(id);
  entry.account = account.id;
  entry.amount = event.params.amount;
  entry.save();
  let point = new Point(0);
  point.account = account.id;
  point.amount = event.params.amount;
  point.save();
}

export function handleClosed(event: Closed): void {
  let closing = new Closing(event.transaction.hash.concatI32(event.logIndex.toI32()));
  closing.account = event.params.account;
  let account = Account.load(event.params.account);
  closing.entries = account == null ? -1 : account.entries.load().length;
  closing.save();
  store.remove("Account", event.params.account.toHexString());
}

export function handleOpened(event: Opened): void {
  let context = new DataSourceContext();
  context.setBigInt("tag", event.params.tag);
  Child.createWithContext(event.params.child, context);
  let opening = new Opening(event.transaction.hash.concatI32(event.logIndex.toI32()));
  opening.child = event.params.child;
  opening.from = event.transaction.from;
  opening.save();
}

export function handlePinged(event: Pinged): void {
  let ping = new Ping(event.transaction.hash.concatI32(event.logIndex.toI32()));
  ping.child = dataSource.address();
  ping.tag = dataSource.context().getBigInt("tag");
  ping.value = event.params.value;
  ping.save();
}
