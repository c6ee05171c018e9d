import { PriceAccepted } from "../generated/PriceFeed/PriceFeed";
import { PricePoint, PriceTick } from "../generated/schema";
import { actionId } from "../ids";
import { getNetwork } from "../store/network";

export function handlePriceAccepted(event: PriceAccepted): void {
  const network = getNetwork();
  network.price = event.params.price;
  network.save();

  const point = new PricePoint(actionId(event));
  point.price = event.params.price;
  point.updatedAt = event.params.updatedAt;
  point.blockNumber = event.block.number;
  point.timestamp = event.block.timestamp;
  point.save();

  const tick = new PriceTick(0); // the engine numbers a timeseries itself
  tick.price = event.params.price;
  tick.save();
}
