import { Entity, JSONValue, JSONValueKind, Value, ValueKind, ethereum } from "@graphprotocol/graph-ts";

/** A value of the store as text, with its kind. */
export function describeValue(value: Value): string {
  if (value.kind == ValueKind.STRING) return "'" + value.toString() + "'";
  if (value.kind == ValueKind.INT) return "i" + value.toI32().toString();
  if (value.kind == ValueKind.BIGDECIMAL) return "d" + value.toBigDecimal().toString();
  if (value.kind == ValueKind.BOOL) return value.data.toString() + "b";
  if (value.kind == ValueKind.NULL) return "null";
  if (value.kind == ValueKind.BYTES) return value.toBytes().toHexString();
  if (value.kind == ValueKind.BIGINT) return "n" + value.toBigInt().toString();
  if (value.kind == ValueKind.INT8) return "l" + value.toI64().toString();
  if (value.kind == ValueKind.TIMESTAMP) return "t" + value.toTimestamp().toString();
  let items = value.toArray();
  let text = "";
  for (let i = 0; i < items.length; i++) text += describeValue(items[i]) + ",";
  return "[" + text + "]";
}

/** An entity's fields in the order in which the host gives them. */
export function describeEntity(entity: Entity | null): string {
  if (entity == null) return "none";
  let text = "";
  for (let i = 0; i < entity.entries.length; i++) {
    text += entity.entries[i].key + "=" + describeValue(entity.entries[i].value) + " ";
  }
  return "{" + text + "}";
}

/** A value of JSON; numbers as the text that they are. */
export function describeJson(value: JSONValue): string {
  if (value.kind == JSONValueKind.NULL) return "null";
  if (value.kind == JSONValueKind.BOOL) return value.toBool().toString();
  if (value.kind == JSONValueKind.NUMBER) return changetype<string>(<usize>value.data);
  if (value.kind == JSONValueKind.STRING) return "'" + value.toString() + "'";
  let text = "";
  if (value.kind == JSONValueKind.ARRAY) {
    let items = value.toArray();
    for (let i = 0; i < items.length; i++) text += describeJson(items[i]) + ",";
    return "[" + text + "]";
  }
  let entries = value.toObject().entries;
  for (let i = 0; i < entries.length; i++) text += entries[i].key + ":" + describeJson(entries[i].value) + ",";
  return "{" + text + "}";
}

/** A value of the ABI with its kinds. */
export function describeToken(value: ethereum.Value): string {
  let kind = value.kind.toString() + ":";
  if (value.kind == ethereum.ValueKind.ADDRESS) return kind + value.toAddress().toHexString();
  if (value.kind == ethereum.ValueKind.FIXED_BYTES) return kind + value.toBytes().toHexString();
  if (value.kind == ethereum.ValueKind.BYTES) return kind + value.toBytes().toHexString();
  if (value.kind == ethereum.ValueKind.INT) return kind + value.toBigInt().toString();
  if (value.kind == ethereum.ValueKind.UINT) return kind + value.toBigInt().toString();
  if (value.kind == ethereum.ValueKind.BOOL) return kind + value.data.toString();
  if (value.kind == ethereum.ValueKind.STRING) return kind + "'" + value.toString() + "'";
  let items = value.kind == ethereum.ValueKind.TUPLE ? changetype<ethereum.Value[]>(value.toTuple()) : value.toArray();
  let text = "";
  for (let i = 0; i < items.length; i++) text += describeToken(items[i]) + ",";
  return kind + "[" + text + "]";
}
