import { Arg, Resolver, Root, Subscription } from "type-graphql";
import { addressArgument, badArgument } from "../connection.ts";
import { BytesScalar } from "../scalars.ts";
import { epochFilter, offerFilter, priceFilter, rentalFilter, rewardFilter } from "./filters.ts";
import type { LiveHub, Since } from "./hub.ts";
import type { Filter, LiveMessage } from "./message.ts";
import type { StreamName } from "./streams.ts";
import { EpochMessage } from "./types/epoch.ts";
import { SinceInput } from "./types/message.ts";
import { OfferEventWhere, OfferMessage } from "./types/offer.ts";
import { PriceEventWhere, PriceMessage } from "./types/price.ts";
import { RentalEventWhere, RentalMessage } from "./types/rental.ts";
import { RewardMessage } from "./types/reward.ts";

/** What a subscription's resolvers need. Filled in by whoever carries subscriptions: see `LiveOperations`. */
export interface LiveContext {
  live: LiveHub;
}

const SINCE = { nullable: true, description: "Go on after this block; left out: from now on." };
const HEIGHT = /^\d{1,9}$/;

interface SubscribeData<Args> {
  args: Args & { since?: SinceInput | null };
  context: LiveContext;
}

/** Subscribes with the filter that the arguments make. */
const subscribing =
  <Args, Name extends StreamName>(filterOf: (args: Args) => Filter<Name>) =>
  ({ args, context }: SubscribeData<Args>): Promise<AsyncGenerator<LiveMessage>> =>
    context.live.subscribe(filterOf(args), args.since ? sinceOf(args.since) : undefined);

function sinceOf({ blockNumber, blockHash }: SinceInput): Since {
  if (!HEIGHT.test(blockNumber)) throw badArgument("since", "must have the number of a block");
  if (blockHash.length !== 66) throw badArgument("since", "must have the hash of a block: 0x and 64 hex digits");
  return { number: Number(blockNumber), hash: blockHash };
}

/** What can be subscribed to. Each message is resolved from memory: none makes a statement. */
@Resolver()
export class LiveResolver {
  @Subscription(() => RentalMessage, {
    description: "Rentals that start, are topped up, are given notice, run out or end.",
    subscribe: subscribing(({ where }: { where?: RentalEventWhere | null }) => rentalFilter(where ?? {})),
  })
  rentals(
    @Root() message: LiveMessage,
    @Arg("where", () => RentalEventWhere, { nullable: true, description: "Which; left out: all." })
    _where?: RentalEventWhere,
    @Arg("since", () => SinceInput, SINCE) _since?: SinceInput,
  ): LiveMessage {
    return message;
  }

  @Subscription(() => PriceMessage, {
    description: "New rates of pools, and new prices of the token.",
    subscribe: subscribing(({ where }: { where?: PriceEventWhere | null }) => priceFilter(where ?? {})),
  })
  prices(
    @Root() message: LiveMessage,
    @Arg("where", () => PriceEventWhere, { nullable: true, description: "Which; left out: all." })
    _where?: PriceEventWhere,
    @Arg("since", () => SinceInput, SINCE) _since?: SinceInput,
  ): LiveMessage {
    return message;
  }

  @Subscription(() => OfferMessage, {
    description: "GPUs that become free or taken.",
    subscribe: subscribing(({ where }: { where?: OfferEventWhere | null }) => offerFilter(where ?? {})),
  })
  offers(
    @Root() message: LiveMessage,
    @Arg("where", () => OfferEventWhere, { nullable: true, description: "Which; left out: all." })
    _where?: OfferEventWhere,
    @Arg("since", () => SinceInput, SINCE) _since?: SinceInput,
  ): LiveMessage {
    return message;
  }

  @Subscription(() => EpochMessage, {
    description: "Steps of epochs.",
    subscribe: subscribing(() => epochFilter),
  })
  epochProgress(@Root() message: LiveMessage, @Arg("since", () => SinceInput, SINCE) _since?: SinceInput): LiveMessage {
    return message;
  }

  @Subscription(() => RewardMessage, {
    description: "A wallet's rewards as they become final and are paid.",
    subscribe: subscribing(({ account }: { account: string }) =>
      rewardFilter(addressArgument("account", account) ?? ""),
    ),
  })
  rewards(
    @Root() message: LiveMessage,
    @Arg("account", () => BytesScalar, { description: "Address of the wallet." }) _account: string,
    @Arg("since", () => SinceInput, SINCE) _since?: SinceInput,
  ): LiveMessage {
    return message;
  }
}
