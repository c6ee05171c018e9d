import { BigDecimal, BigInt } from "@graphprotocol/graph-ts";
import { Numbers } from "../generated/Emitter/Emitter";
import { Output } from "../generated/schema";

let prefix = "";

function put(id: string, text: string): void {
  let output = new Output(prefix + id);
  output.text = text;
  output.save();
}

/** Every operation on two integers, and on them as decimals scaled by `text`. */
export function handleNumbers(event: Numbers): void {
  prefix = "numbers-" + event.transaction.hash.toHexString().slice(0, 10) + "-" + event.logIndex.toString() + "-";
  let a = event.params.a;
  let b = event.params.b;
  put("plus", a.plus(b).toString());
  put("minus", a.minus(b).toString());
  put("times", a.times(b).toString());
  put("hex", a.toHexString() + " " + b.toHex());
  put("or", a.bitOr(b).toString());
  put("and", a.bitAnd(b).toString());
  put("shifts", a.leftShift(7).toString() + " " + a.rightShift(3).toString());
  put("pow", b.pow(3).toString());
  put("neg", a.neg().toString() + " " + a.abs().toString());
  put("compare", a.gt(b).toString() + a.equals(b).toString() + a.isZero().toString());
  if (!b.isZero()) {
    put("div", a.div(b).toString());
    put("mod", a.mod(b).toString());
    put("divDecimal", a.divDecimal(b.toBigDecimal()).toString());
  }
  let x = a.toBigDecimal().times(BigDecimal.fromString(event.params.text));
  let y = b.toBigDecimal().div(BigDecimal.fromString("3"));
  put("decimals", x.toString() + " " + y.toString());
  put("decimal-plus", x.plus(y).toString());
  put("decimal-minus", x.minus(y).toString());
  put("decimal-times", x.times(y).toString());
  if (!y.equals(BigDecimal.zero())) put("decimal-div", x.div(y).toString());
  put("decimal-truncate", x.truncate(2).toString() + " " + (x == y).toString());
  put("back", BigInt.fromString(a.toString()).equals(a).toString());
  put("parsed", BigDecimal.fromString(event.params.text).toString());
}
