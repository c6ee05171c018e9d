import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from "type-graphql";
import { BaseError } from "#kernel/errors.ts";
import { MINUTE_MS } from "#kernel/time.ts";
import { accountFor } from "../../access/who.ts";
import { liveRight } from "../../domain/live-right.ts";
import type { LiveFact } from "../../facts/live-telemetry.ts";
import type { GpuRow } from "../../sources/chain.ts";
import { badArgument } from "../connection.ts";
import type { Context } from "../context.ts";
import { LiveTelemetry } from "../types/fleet.ts";
import { Gpu } from "../types/gpu.ts";

const MAX_MINUTES = 15;

/** What only those see who have to do with a GPU. */
@Resolver(() => Gpu)
export class LiveTelemetryResolver {
  @FieldResolver(() => LiveTelemetry, {
    nullable: true,
    complexity: 10,
    description: `Its samples of the last minutes as they came. Only for its owner, the holder of its operator's identity, and who
rents it now (of the rental only), signed in or by a key with the scope LIVE_TELEMETRY. Null: nothing was sampled yet.`,
  })
  async liveTelemetry(
    @Root() gpu: GpuRow,
    @Arg("minutes", () => Int, { defaultValue: 5, description: `1 to ${MAX_MINUTES}.` }) minutes: number,
    @Ctx() context: Context,
  ): Promise<LiveFact | undefined> {
    if (minutes < 1 || minutes > MAX_MINUTES) throw badArgument("minutes", `must be 1 to ${MAX_MINUTES}`);
    const account = accountFor(context.who, "LIVE_TELEMETRY", `the live telemetry of GPU ${gpu.id}`);
    const { block, sampledThrough } = await context.asOf();
    const right = liveRight(account, await peopleOf(gpu, context), block.timestamp);
    if (!right) {
      throw new BaseError("FORBIDDEN", `the live telemetry of GPU ${gpu.id} is for those who have to do with it`, {
        hints: ["sign in as its owner, its operator or who rents it now", "ask for `telemetry`, which is public"],
      });
    }
    if (!sampledThrough) return undefined;
    const earliest = sampledThrough.getTime() - minutes * MINUTE_MS;
    const from = new Date(Math.max(earliest, Number(right.from ?? 0n) * 1_000));
    const until = right.until === null ? END : new Date(Number(right.until) * 1_000);
    return context.load.liveTelemetry.load({ uuidHash: gpu.uuidHash, from, until });
  }
}

/** Later than any sample. */
const END = new Date(Date.UTC(9999, 0));

async function peopleOf(gpu: GpuRow, { load }: Context) {
  const [operator, rental] = await Promise.all([
    gpu.operatorId === null ? undefined : load.operator.load(gpu.operatorId),
    gpu.rentalId === null ? undefined : load.rental.load(gpu.rentalId),
  ]);
  return {
    owner: gpu.ownerAddress,
    operator: operator?.ownerAddress ?? null,
    rental: rental ? { ...rental, customer: rental.customerAddress } : null,
  };
}
