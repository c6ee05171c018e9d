import {
  BigDecimal,
  BigInt,
  Bytes,
  Entity,
  Value,
  crypto,
  ethereum,
  json,
  log,
  store,
  typeConversion,
  yaml,
} from "@graphprotocol/graph-ts";
import { bigDecimal, bigInt } from "@graphprotocol/graph-ts/common/numbers";
import { describeJson, describeToken } from "./describe";
import { Reader } from "./program";

/** A function of two big integers and a small number: `which` is its place in the list of the player. */
function integers(which: u8, x: BigInt, y: BigInt, small: u8): string {
  if (which == 0) return bigInt.plus(x, y).toString();
  if (which == 1) return bigInt.minus(x, y).toString();
  if (which == 2) return bigInt.times(x, y).toString();
  if (which == 3) return bigInt.dividedBy(x, y).toString();
  if (which == 4) return bigInt.mod(x, y).toString();
  if (which == 5) return bigInt.bitOr(x, y).toString();
  if (which == 6) return bigInt.bitAnd(x, y).toString();
  if (which == 7) return bigInt.pow(x, small).toHexString();
  if (which == 8) return bigInt.leftShift(x, small).toHexString();
  if (which == 9) return bigInt.rightShift(x, small).toString();
  if (which == 10) return typeConversion.bigIntToHex(x) + " " + typeConversion.bigIntToString(y);
  if (which == 11) return Bytes.fromUint8Array(bigInt.plus(x, BigInt.zero())).toHexString();
  if (which == 12) return x.gt(y).toString() + x.equals(y).toString() + x.isZero().toString() + x.neg().toString();
  if (which == 13) return x.sqrt().toString();
  return x.toI32().toString() + " " + y.toI64().toString() + " " + x.toU64().toString();
}

function decimals(which: u8, x: BigDecimal, y: BigDecimal): string {
  if (which == 0) return bigDecimal.plus(x, y).toString();
  if (which == 1) return bigDecimal.minus(x, y).toString();
  if (which == 2) return bigDecimal.times(x, y).toString();
  if (which == 3) return bigDecimal.dividedBy(x, y).toString();
  if (which == 4) return bigDecimal.equals(x, y).toString() + x.gt(y).toString();
  if (which == 5) return bigDecimal.toString(x) + " " + x.truncate(3).toString();
  let sum = bigDecimal.plus(x, y);
  // the parts as the host hands them over
  return sum.digits.toString() + "e" + sum.exp.toString() + " " + Bytes.fromUint8Array(sum.digits).toHexString();
}

function texts(which: u8, text: string): string {
  if (which == 0) return BigInt.fromString(text).toString();
  if (which == 1) return BigDecimal.fromString(text).toString();
  if (which == 2) return typeConversion.stringToH160(text).toHexString();
  if (which == 3) return json.toI64(text).toString();
  if (which == 4) return json.toU64(text).toString();
  if (which == 5) return reinterpret<u64>(json.toF64(text)).toString();
  if (which == 6) return json.toBigInt(text).toString();
  return text.length.toString() + text;
}

function binary(which: u8, data: Bytes): string {
  if (which == 0) return typeConversion.bytesToString(data);
  if (which == 1) return typeConversion.bytesToHex(data);
  if (which == 2) return typeConversion.bytesToBase58(data);
  if (which == 3) return crypto.keccak256(data).toHexString();
  if (which == 4) return describeJson(json.fromBytes(data));
  if (which == 5) {
    let result = json.try_fromBytes(data);
    return result.isOk ? describeJson(result.value) : "error " + result.error.toString();
  }
  // a view into the middle of a buffer
  let part = data.subarray(1, data.length - 1);
  return typeConversion.bytesToHex(part) + " " + typeConversion.bytesToString(part);
}

/** Bytes with a bracket at either end: a text of JSON and of YAML. */
function brackets(size: i32): Bytes {
  let found = new Bytes(size);
  memory.fill(found.dataStart, 0x20, size);
  found[0] = 0x5b;
  found[size - 1] = 0x5d;
  return found;
}

/** As many bits, all set. */
function ones(bits: i32): BigInt {
  let bytes = new Bytes((bits + 7) / 8);
  memory.fill(bytes.dataStart, 0xff, bytes.length);
  let last: i32 = 0xff >> (bytes.length * 8 - bits);
  bytes[bytes.length - 1] = <u8>last;
  return BigInt.fromUnsignedBytes(bytes);
}

/** At the host's limits: too much for a program's bytes. */
function huge(which: u8, size: i32): string {
  if (which == 0) return bigInt.plus(ones(size), BigInt.zero()).toHexString().length.toString();
  // the first result isn't measured, the second takes it as an argument
  if (which == 1) return bigInt.minus(bigInt.minus(BigInt.zero(), ones(size)), BigInt.zero()).toString();
  if (which == 2) return BigInt.fromString("9".repeat(size)).isZero().toString();
  if (which == 3) return json.try_fromBytes(brackets(size)).isOk.toString();
  if (which == 4) return describeJson(json.fromBytes(brackets(size)));
  if (which == 5) return yaml.try_fromBytes(brackets(size)).isOk.toString();
  if (which == 6) return yaml.fromBytes(brackets(size)).kind.toString();
  let entity = new Entity();
  entity.set("bigs", Value.fromBigIntArray([ones(size), bigInt.minus(BigInt.zero(), ones(size))]));
  store.set("Thing", "huge", entity);
  return "saved";
}

/** What ends a handler. */
function trap(which: u8, data: Bytes): string {
  if (which == 0) assert(false, "as asked");
  if (which == 1) abort("as asked");
  if (which == 2) log.critical("as {}", ["asked"]);
  if (which == 3) return (10 / (data.length - data.length)).toString();
  if (which == 4) return data[data.length].toString();
  if (which == 5) return load<u8>(0xfffffff0).toString();
  if (which == 6) unreachable();
  if (which == 7) return (<i32>(1e30 + <f64>data.length)).toString();
  if (which == 8) return changetype<BigInt>(0).toString();
  if (which == 9) throw new Error("thrown");
  return "alive";
}

/** Runs a host function that has nothing to do with the store, and gives what came out. */
export function callHost(kind: u8, reader: Reader): string {
  let which = reader.byte();
  if (kind == 16) return integers(which, reader.big(), reader.big(), reader.byte());
  if (kind == 17) return decimals(which, reader.decimal(), reader.decimal());
  if (kind == 18) return texts(which, reader.text());
  if (kind == 19) return binary(which, reader.bytes());
  if (kind == 20) return bigInt.dividedByDecimal(reader.big(), reader.decimal()).toString();
  if (kind == 21) {
    let encoded = ethereum.encode(reader.token());
    return encoded === null ? "null" : encoded.toHexString();
  }
  if (kind == 22) {
    let decoded = ethereum.decode(reader.text(), reader.bytes());
    return decoded === null ? "null" : describeToken(decoded);
  }
  if (kind == 23) {
    log.log(<log.Level>which, reader.text());
    return "logged";
  }
  if (kind == 25) return huge(which, <i32>reader.long());
  return trap(which, reader.bytes());
}
