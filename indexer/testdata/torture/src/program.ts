import { Address, BigDecimal, BigInt, ByteArray, Bytes, Value, ethereum } from "@graphprotocol/graph-ts";

/** Reads a program's bytes. */
export class Reader {
  private at: i32 = 0;

  constructor(private data: Bytes) {}

  done(): boolean {
    return this.at >= this.data.length;
  }

  byte(): u8 {
    return this.data[this.at++];
  }

  /** two bytes of length, then as many bytes */
  bytes(): Bytes {
    let size: i32 = ((<i32>this.byte()) << 8) + <i32>this.byte();
    let found = new Bytes(size);
    for (let i = 0; i < size; i++) found[i] = this.byte();
    return found;
  }

  /** as UTF-16, so that every string can be had: NULs and halves of surrogate pairs, too */
  text(): string {
    let units = this.bytes();
    return String.UTF16.decodeUnsafe(units.dataStart, units.length);
  }

  /** little endian and signed, not necessarily minimal */
  big(): BigInt {
    return BigInt.fromByteArray(changetype<ByteArray>(this.bytes()));
  }

  decimal(): BigDecimal {
    let digits = this.big();
    let found = new BigDecimal(digits);
    found.exp = this.big();
    return found;
  }

  long(): i64 {
    let value: i64 = 0;
    for (let i = 0; i < 8; i++) value = (value << 8) | (<i64>this.byte());
    return value;
  }

  texts(): string[] {
    let found: string[] = [];
    for (let left = this.byte(); left > 0; left--) found.push(this.text());
    return found;
  }

  /** a value of the store: its kind, then what that kind needs */
  value(): Value {
    let kind = this.byte();
    if (kind == 0) return Value.fromString(this.text());
    if (kind == 1) return Value.fromI32(<i32>this.long());
    if (kind == 2) return Value.fromBigDecimal(this.decimal());
    // what is true needn't be 1
    if (kind == 3) return new Value(3, <u64>this.byte());
    if (kind == 4) {
      let items: Value[] = [];
      for (let left = this.byte(); left > 0; left--) items.push(this.value());
      return Value.fromArray(items);
    }
    if (kind == 5) return Value.fromNull();
    if (kind == 6) return Value.fromBytes(this.bytes());
    if (kind == 7) return Value.fromBigInt(this.big());
    if (kind == 8) return Value.fromI64(this.long());
    if (kind == 9) return Value.fromTimestamp(this.long());
    return new Value(<i32>kind, 0);
  }

  /** a value of the ABI */
  token(): ethereum.Value {
    let kind = this.byte();
    if (kind == 0) return ethereum.Value.fromAddress(changetype<Address>(this.bytes()));
    if (kind == 1) return ethereum.Value.fromFixedBytes(this.bytes());
    if (kind == 2) return ethereum.Value.fromBytes(this.bytes());
    if (kind == 3) return ethereum.Value.fromSignedBigInt(this.big());
    if (kind == 4) return ethereum.Value.fromUnsignedBigInt(this.big());
    if (kind == 5) return ethereum.Value.fromBoolean(this.byte() != 0);
    if (kind == 6) return ethereum.Value.fromString(this.text());
    let items: ethereum.Value[] = [];
    for (let left = this.byte(); left > 0; left--) items.push(this.token());
    if (kind == 7) return ethereum.Value.fromFixedSizedArray(items);
    if (kind == 8) return ethereum.Value.fromArray(items);
    return ethereum.Value.fromTuple(changetype<ethereum.Tuple>(items));
  }
}
