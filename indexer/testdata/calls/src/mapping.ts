import { Address, BigInt, Bytes, YAMLValue, YAMLValueKind, ethereum, dataSource, yaml } from "@graphprotocol/graph-ts";
import { Claims } from "../generated/Target/Claims";
import { Asked, Target, Target__sumInputPairStruct } from "../generated/Target/Target";
import { Answer } from "../generated/schema";

const TARGET = "0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512";
// the third contract of anvil's first account
const GARBAGE = "0x9fE46736679d2D9a65F0992F2272dE9f3c7fa6e0";

// top-level code asks the host before any handler runs
const NETWORK = dataSource.network();

let prefix = "";

function put(id: string, text: string): void {
  let answer = new Answer(prefix + id);
  answer.text = text;
  answer.save();
}

function shown(result: ethereum.CallResult<BigInt>): string {
  return result.reverted ? "reverted" : result.value.toString();
}

function said(result: ethereum.CallResult<string>): string {
  return result.reverted ? "reverted" : "'" + result.value + "'";
}

/** How many values a call gives that no binding is generated for. */
function count(target: Address, name: string, signature: string): string {
  let call = new ethereum.SmartContractCall("Target", target, name, signature, []);
  let values = ethereum.call(call);
  return values === null ? "null" : values.length.toString();
}

function askPlain(target: Target, event: Asked): void {
  put("number", target.number().toString());
  put("needs", shown(target.try_needs(event.params.value)));
  put("divide", shown(target.try_divide(event.params.value)));
  put("custom", shown(target.try_custom()));
  put("broken", shown(target.try_broken()));
  put("elsewhere", shown(Target.bind(event.params.account).try_number()));
  put("nothing", count(target._address, "nothing", "nothing()"));
  put("nobody", count(event.params.account, "nothing", "nothing()"));
  put("pick-number", target.pick(event.params.value));
  put("pick-address", target.pick1(event.params.account));
  let both = target.pick2(event.params.value, true);
  put("pick-both", both.value0.toString() + " " + both.value1);
  put("shout", said(target.try_shout(event.params.text)));
  put("balance", ethereum.getBalance(event.params.account).toString());
  put("code", ethereum.hasCode(event.params.account).inner.toString());
  put("own-balance", ethereum.getBalance(target._address).toString());
  put("own-code", ethereum.hasCode(target._address).inner.toString());
}

function askStructured(target: Target, event: Asked): void {
  let pair = changetype<Target__sumInputPairStruct>(event.params.pair);
  let sum = target.try_sum(event.params.list, pair, event.params.four);
  put("sum", sum.reverted ? "reverted" : sum.value.value0.toString() + " " + sum.value.value1.toHexString());
  put("echo", echo(event));
}

/** Calls with every kind of argument; graph-cli's own binding doesn't compile for lists of structs. */
function echo(event: Asked): string {
  let pairs: Array<ethereum.Tuple> = [event.params.pair, event.params.pair];
  let list = event.params.list;
  let two = [ethereum.Value.fromUnsignedBigInt(list[0]), ethereum.Value.fromUnsignedBigInt(list[1])];
  let words = [Bytes.fromHexString("0x" + "ab".repeat(32)), Bytes.fromHexString("0x01")];
  let values = [
    ethereum.Value.fromTupleArray(pairs),
    ethereum.Value.fromFixedSizedArray(two),
    ethereum.Value.fromBytes(Bytes.fromHexString("0x" + "cd".repeat(33))),
    ethereum.Value.fromBoolean(true),
    ethereum.Value.fromSignedBigInt(BigInt.fromI32(-7)),
    ethereum.Value.fromFixedBytesArray(words),
  ];
  let types = "((address,int64,string)[],uint256[2],bytes,bool,int64,bytes32[])";
  let call = new ethereum.SmartContractCall("Target", event.address, "echo", "echo" + types + ":" + types, values);
  let answer = ethereum.call(call);
  if (answer === null) return "reverted";
  let text = "";
  let tuples = answer[0].toTupleArray<ethereum.Tuple>();
  for (let i = 0; i < tuples.length; i++) {
    let item = tuples[i];
    text += item[0].toAddress().toHexString() + ":" + item[1].toBigInt().toString() + ":" + item[2].toString() + ";";
  }
  let numbers = answer[1].toBigIntArray();
  for (let i = 0; i < numbers.length; i++) text += numbers[i].toString() + ",";
  text += answer[2].toBytes().toHexString() + " " + answer[3].toBoolean().toString() + " ";
  text += answer[4].toBigInt().toString();
  let found = answer[5].toBytesArray();
  for (let i = 0; i < found.length; i++) text += " " + found[i].toHexString();
  for (let i = 0; i < answer.length; i++) text += " " + answer[i].kind.toString();
  return text;
}

function askGarbage(): void {
  let garbage = Claims.bind(Address.fromString(GARBAGE));
  put("as-uint", shown(garbage.try_asUint()));
  let small = garbage.try_asSmall();
  put("as-small", small.reverted ? "reverted" : small.value.toString());
  let flag = garbage.try_asBool();
  put("as-bool", flag.reverted ? "reverted" : flag.value.toString());
  let address = garbage.try_asAddress();
  put("as-address", address.reverted ? "reverted" : address.value.toHexString());
  put("as-string", said(garbage.try_asString()));
  let list = garbage.try_asList();
  let items = "";
  if (!list.reverted) for (let i = 0; i < list.value.length; i++) items += list.value[i].toString() + ",";
  put("as-list", list.reverted ? "reverted" : "[" + items + "]");
  let both = garbage.try_asBoth();
  put("as-both", both.reverted ? "reverted" : both.value.value0.toString() + " '" + both.value.value1 + "'");
}

function describe(value: YAMLValue): string {
  if (value.kind == YAMLValueKind.NULL) return "null";
  if (value.kind == YAMLValueKind.BOOL) return value.toBool().toString();
  if (value.kind == YAMLValueKind.NUMBER) return "#" + value.toNumber();
  if (value.kind == YAMLValueKind.STRING) return "'" + value.toString() + "'";
  if (value.kind == YAMLValueKind.TAGGED) return value.toTagged().tag + "(" + describe(value.toTagged().value) + ")";
  let text = "";
  if (value.kind == YAMLValueKind.ARRAY) {
    let items = value.toArray();
    for (let i = 0; i < items.length; i++) text += describe(items[i]) + ",";
    return "[" + text + "]";
  }
  let entries = value.toObject().entries;
  for (let i = 0; i < entries.length; i++) text += describe(entries[i].key) + ":" + describe(entries[i].value) + ",";
  return "{" + text + "}";
}

export function handleAsked(event: Asked): void {
  prefix = event.block.number.toString() + "-" + event.logIndex.toString() + "-";
  let target = Target.bind(event.address);
  let text = event.params.text;
  if (text == "unknown contract") {
    ethereum.call(new ethereum.SmartContractCall("Nobody", event.address, "number", "number():(uint256)", []));
  } else if (text == "unknown function") {
    ethereum.call(new ethereum.SmartContractCall("Target", event.address, "absent", "absent():(uint256)", []));
  } else if (text == "unknown signature") {
    ethereum.call(new ethereum.SmartContractCall("Target", event.address, "number", "number():(uint8)", []));
  } else if (text == "wrong type") {
    let values = [ethereum.Value.fromString("7")];
    ethereum.call(new ethereum.SmartContractCall("Target", event.address, "needs", "needs(uint256):(uint256)", values));
  } else if (text == "wrong count") {
    ethereum.call(new ethereum.SmartContractCall("Target", event.address, "needs", "needs(uint256):(uint256)", []));
  } else if (text == "must not revert") {
    target.needs(BigInt.fromI32(10));
  } else if (text.startsWith("yaml ")) {
    let result = yaml.try_fromString(text.slice(5));
    put("yaml", result.isOk ? describe(result.value) : "no YAML");
  } else if (text == "burn") {
    put("burn", shown(target.try_burn()));
  } else if (text == "garbage") {
    askGarbage();
  } else {
    askPlain(target, event);
    askStructured(target, event);
  }
}

export function handlePoll(block: ethereum.Block): void {
  prefix = block.number.toString() + "-poll-";
  let target = Target.bind(Address.fromString(TARGET));
  put("number", shown(target.try_number()));
  put("balance", ethereum.getBalance(target._address).toString());
  put("network", NETWORK);
}
