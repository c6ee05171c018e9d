import { Transfer } from "../generated/Emitter/Emitter";
import { Counter, Point } from "../generated/schema";

export function handlePoint(event: Transfer): void {
  let point = new Point(0);
  point.value = event.params.value;
  point.save();
  let counter = Counter.load(7);
  if (counter == null) {
    counter = new Counter(7);
    counter.total = 0;
  }
  counter.total = counter.total + event.params.value.toI64();
  counter.at = event.block.timestamp.toI64() * 1_000_000;
  counter.save();
}
