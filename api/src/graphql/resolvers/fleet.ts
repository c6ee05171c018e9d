import { Args, Ctx, FieldResolver, Float, Resolver, Root } from "type-graphql";
import { BaseError } from "#kernel/errors.ts";
import { accountFor } from "../../access/who.ts";
import type { GpuRow, OperatorRow } from "../../sources/chain.ts";
import { listFleet, listTargets, type FleetRow, type TargetRow } from "../../sources/fleet.ts";
import { PageArgs, readConnection, type Connection } from "../connection.ts";
import type { Context } from "../context.ts";
import { FleetGpu, FleetGpuConnection, ScrapeFailure, Target, TargetConnection } from "../types/fleet.ts";
import { Gpu } from "../types/gpu.ts";
import { Operator } from "../types/operator.ts";

const FOR_ITS_HOLDER = "Only for the holder of the operator's identity, signed in or by a key with the scope FLEET.";

/** What only an operator sees of its own. */
@Resolver(() => Operator)
export class OperatorFleetResolver {
  @FieldResolver(() => FleetGpuConnection, {
    nullable: true,
    description: `Its GPUs by token id, and what their exporters last said of them. ${FOR_ITS_HOLDER}`,
  })
  fleet(
    @Root() operator: OperatorRow,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { who, snapshot }: Context,
  ): Promise<Connection<FleetRow>> {
    checkHolder(operator, accountFor(who, "FLEET", `the fleet of operator ${operator.id}`));
    return readConnection(page, (slice) => listFleet(snapshot, slice, operator.id, new Date()));
  }

  @FieldResolver(() => TargetConnection, {
    nullable: true,
    description: `Its exporters, their last error and how long they are silent. ${FOR_ITS_HOLDER}`,
  })
  targets(
    @Root() operator: OperatorRow,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { who, snapshot }: Context,
  ): Promise<Connection<TargetRow>> {
    checkHolder(operator, accountFor(who, "FLEET", `the fleet of operator ${operator.id}`));
    return readConnection(page, (slice) => listTargets(snapshot, slice, operator.id, new Date()));
  }
}

/** A GPU of a fleet: its token, and how long it is silent. */
@Resolver(() => FleetGpu)
export class FleetGpuResolver {
  @FieldResolver(() => Gpu, { nullable: true, description: "Its token." })
  gpu(@Root() { id }: FleetRow, @Ctx() { load }: Context): Promise<GpuRow | undefined> {
    return load.gpu.load(id);
  }

  @FieldResolver(() => Float, {
    nullable: true,
    description: "Seconds since its newest sample, by this server's clock; null: none in the last day.",
  })
  staleSeconds(@Root() { sampledAt }: FleetRow): number | null {
    return secondsSince(sampledAt);
  }
}

/** An exporter: its last failure, and how long it is silent. */
@Resolver(() => Target)
export class TargetResolver {
  @FieldResolver(() => Float, {
    nullable: true,
    description: "Seconds since its last good scrape, by this server's clock; null: none in the last day.",
  })
  staleSeconds(@Root() { goodAt }: TargetRow): number | null {
    return secondsSince(goodAt);
  }

  @FieldResolver(() => ScrapeFailure, { nullable: true, description: "The last one of the last day; null: none." })
  lastFailure(@Root() { failedAt, failureReason, failureDetail }: TargetRow): ScrapeFailure | null {
    return failedAt && { at: failedAt, reason: failureReason, detail: failureDetail };
  }
}

function checkHolder({ id, ownerAddress }: OperatorRow, account: string): void {
  if (account === ownerAddress) return;
  throw new BaseError("FORBIDDEN", `the fleet of operator ${id} is for the holder of its identity`, {
    hints: [`sign in as ${ownerAddress}`],
  });
}

function secondsSince(at: Date | null): number | null {
  return at && Math.max(Date.now() - at.getTime(), 0) / 1_000;
}
