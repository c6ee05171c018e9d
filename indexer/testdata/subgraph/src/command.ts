import {
  Address,
  BigDecimal,
  BigInt,
  ByteArray,
  Bytes,
  Entity,
  JSONValue,
  JSONValueKind,
  Value,
  crypto,
  ethereum,
  json,
  log,
  store,
} from "@graphprotocol/graph-ts";
import { Command } from "../generated/Emitter/Emitter";
import { Account, Auto, Everything, Output } from "../generated/schema";

let prefix = "";

function put(id: string, text: string): void {
  let output = new Output(prefix + id);
  output.text = text;
  output.save();
}

function fill(entity: Everything, seed: i32): void {
  entity.text = 'tab\tnewline\nreturn\rquote"back\\slash{brace},comma ünï😀';
  entity.int = seed;
  entity.int8 = i64.MIN_VALUE + <i64>seed;
  entity.at = 1700000000123456 + <i64>seed;
  entity.flag = seed % 2 == 0;
  entity.big = BigInt.fromString("-340282366920938463463374607431768211456");
  entity.decimal = BigDecimal.fromString("-123.4500");
  entity.bytes = Bytes.fromHexString("0x00ff10");
  entity.texts = ["", "NULL", "a,b", "{}", '"q"', "back\\slash", " space "];
  entity.ints = [1, -2];
  entity.flags = [true, false];
  entity.bigs = [BigInt.zero(), BigInt.fromI32(-7)];
  entity.decimals = [BigDecimal.fromString("1e3"), BigDecimal.fromString("0.001")];
  entity.blobs = [Bytes.fromHexString("0x"), Bytes.fromHexString("0xdead")];
  entity.kinds = ["FISH", "WHALE"];
}

function describe(value: JSONValue): string {
  if (value.kind == JSONValueKind.NULL) return "null";
  if (value.kind == JSONValueKind.BOOL) return value.toBool().toString();
  if (value.kind == JSONValueKind.NUMBER) return value.data == 0 ? "?" : changetype<string>(<usize>value.data);
  if (value.kind == JSONValueKind.STRING) return "'" + value.toString() + "'";
  let text = "";
  if (value.kind == JSONValueKind.ARRAY) {
    let items = value.toArray();
    for (let i = 0; i < items.length; i++) text += describe(items[i]) + ",";
    return "[" + text + "]";
  }
  let entries = value.toObject().entries;
  for (let i = 0; i < entries.length; i++) text += entries[i].key + ":" + describe(entries[i].value) + ",";
  return "{" + text + "}";
}

function parse(data: Bytes): void {
  let result = json.try_fromBytes(data);
  put("json", result.isOk ? describe(result.value) : "error");
}

function convert(data: Bytes): void {
  put("string", data.toString());
  put("hex", data.toHexString());
  put("base58", data.toBase58());
  put("keccak", crypto.keccak256(data).toHexString());
  put("address", Address.fromString("0xA16081F360e3847006dB660bae1c6d1b2e17eC2A").toHexString());
  put(
    "f64",
    json.fromString("1.5e3").toF64().toString() +
      " " +
      json.fromString("-12").toI64().toString() +
      " " +
      json.fromString("18446744073709551615").toU64().toString(),
  );
  put("bigint", json.fromString("123456789012345678901234567890").toBigInt().toString());
  put("nul", String.fromCharCodes([65, 0, 66]));
  let decoded = ethereum.decode("(uint256,string)", data);
  put(
    "decoded",
    decoded == null ? "null" : decoded.toTuple()[0].toBigInt().toString() + " " + decoded.toTuple()[1].toString(),
  );
  let tuple = new ethereum.Tuple();
  tuple.push(ethereum.Value.fromUnsignedBigInt(BigInt.fromI32(420)));
  tuple.push(ethereum.Value.fromString("hello"));
  tuple.push(ethereum.Value.fromAddressArray([Address.zero()]));
  tuple.push(ethereum.Value.fromFixedBytes(Bytes.fromHexString("0x01020304")));
  tuple.push(ethereum.Value.fromBoolean(true));
  tuple.push(ethereum.Value.fromSignedBigInt(BigInt.fromI32(-2)));
  put("encoded", ethereum.encode(ethereum.Value.fromTuple(tuple))!.toHexString());
}

function partial(): void {
  // a raw entity with some fields only: they are merged with what is stored
  let update = new Entity();
  update.set("text", Value.fromString("partial"));
  update.set("int", Value.fromNull());
  store.set("Everything", "one", update);
  let inBlock = Everything.loadInBlock("one");
  put("in-block", inBlock == null ? "null" : inBlock.text === null ? "no text" : inBlock.text!);
  let whole = Everything.load("one");
  put(
    "whole",
    whole == null ? "null" : whole.text! + " " + (whole.get("int") == null).toString() + " " + whole.big!.toString(),
  );
}

/** Does what the text says: each command is one edge of the store or of a host function. */
export function handleCommand(event: Command): void {
  let what = event.params.what;
  prefix = what + "-" + event.block.number.toString() + "-";
  if (what == "fill") {
    let entity = new Everything("one");
    fill(entity, 7);
    entity.save();
  } else if (what == "refill") {
    let entity = Everything.load("one")!;
    fill(entity, 7);
    entity.save();
  } else if (what == "change") {
    let entity = Everything.load("one")!;
    fill(entity, 8);
    entity.save();
  } else if (what == "partial") partial();
  else if (what == "remove") store.remove("Everything", "one");
  else if (what == "replace") {
    store.remove("Everything", "one");
    let entity = new Everything("one");
    entity.text = "replaced";
    entity.save();
  } else if (what == "auto") {
    for (let i = 0; i < 3; i++) {
      let auto = new Entity();
      auto.set("label", Value.fromString(i.toString()));
      store.set("Auto", "auto", auto);
    }
  } else if (what == "mark" || what == "mark-known") {
    let id = Bytes.fromHexString("0xffff");
    if (what == "mark-known") Auto.load(id);
    let mark = new Auto(id);
    mark.label = event.params.data.toHexString();
    mark.save();
  } else if (what == "json") parse(event.params.data);
  else if (what == "convert") convert(event.params.data);
  else if (what == "abort") {
    put("gone", "this must not be saved");
    assert(false, "as asked");
  } else if (what == "critical") log.critical("as asked {}", ["twice"]);
  else if (what == "divide") put("x", BigInt.fromI32(1).div(BigInt.zero()).toString());
  else if (what == "undefined") {
    let entity = new Entity();
    entity.set("nothing", Value.fromI32(1));
    store.set("Output", "undefined", entity);
  } else if (what == "incomplete") {
    store.set("Output", "incomplete", new Entity());
  } else if (what == "related") {
    let address = Bytes.fromHexString("0x00000000000000000000000000000000000000aa");
    let account = Account.load(address);
    let ids = "";
    if (account != null) {
      let found = account.transfers.load();
      for (let i = 0; i < found.length; i++) ids += found[i].value.toString() + ",";
    }
    put("ids", ids);
  } else if (what == "grow") {
    // takes more memory than the arena: the transaction's head at the end of memory is run over
    let filler = new ByteArray(8 * 1024 * 1024);
    put("from", event.transaction.from.toHexString() + " " + filler.length.toString());
  } else if (what == "index") {
    put("hash", event.transaction.hash.toHexString().length.toString() + " " + event.transaction.index.toString());
  }
}
