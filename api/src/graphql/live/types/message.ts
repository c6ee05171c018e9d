import { Field, ID, InputType, ObjectType, registerEnumType, type ClassType } from "type-graphql";
import { BytesScalar } from "../../scalars.ts";
import { Block } from "../../types/as-of.ts";
import type { LiveMessage } from "../message.ts";

/** What a message says; see `LiveMessage`. */
export enum MessageKind {
  START = "START",
  BLOCK = "BLOCK",
  UNDO = "UNDO",
}

registerEnumType(MessageKind, {
  name: "MessageKind",
  description: "What a message of a subscription says.",
  valuesConfig: {
    START: {
      description:
        "What comes after `block` is told from here on, and what came before isn't: ask for it now. First of all, unless `since` is given; again where a gap couldn't be told.",
    },
    BLOCK: { description: "`events` happened in `block`: all of this subscription's." },
    UNDO: {
      description:
        "A reorg: nothing that was told of `block` and of blocks after it holds, nor what was asked for meanwhile. What is true instead follows.",
    },
  },
});

/** Where a subscription goes on. */
@InputType({
  description:
    "A block up to which, and with which, everything is known: the last message's `resumeAt`, or the `asOf` of a query.",
})
export class SinceInput {
  @Field(() => String, { description: "Height, as `Block.number` shows it." })
  blockNumber!: string;

  @Field(() => BytesScalar, { description: "Hash of the block that was seen last." })
  blockHash!: string;
}

/**
 * The message type of a stream. Shows a `LiveMessage`.
 *
 * @example @ObjectType() class RentalMessage extends messageOf(() => RentalEvent) {}
 */
export function messageOf<Event extends object>(event: () => ClassType<Event>) {
  @ObjectType({ simpleResolvers: true })
  abstract class Message {
    @Field(() => MessageKind, { description: "What it tells." })
    kind!: LiveMessage["kind"];

    @Field(() => Block, { description: "Of START and BLOCK that block; of UNDO the first that holds no longer." })
    block!: LiveMessage["block"];

    @Field(() => Block, {
      description: "With this message everything to here was told and stands: what to go on from (`since`).",
    })
    resumeAt!: LiveMessage["resumeAt"];

    @Field(() => [event()], { description: "Of BLOCK, in the order in which they happened." })
    events!: Event[];

    @Field(() => [ID], {
      description:
        "Of UNDO: ids of events that hold no longer, the newest first, as far as they are remembered; of a block before the subscription began perhaps.",
    })
    undone!: string[];
  }
  return Message;
}
