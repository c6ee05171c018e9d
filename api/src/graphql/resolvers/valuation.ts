import DataLoader from "dataloader";
import { Args, Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import type { GpuRow } from "../../sources/chain.ts";
import { readHoldingsOf } from "../../sources/cashflow-holding.ts";
import type { Snapshot } from "../../sources/snapshot.ts";
import { openStatement } from "../../statement/basis.ts";
import { valuationsOf } from "../../statement/portfolio.ts";
import type { Context } from "../context.ts";
import { shownGpu } from "../statement-shapes.ts";
import { GpuValuation } from "../types/exchange.ts";
import { Gpu } from "../types/gpu.ts";
import { AssumptionArgs, assumptionsOf } from "./statement.ts";

/** Some statements over 30 days of lines, however many GPUs a page has. */
const POINTS = 20;
type Valued = ReturnType<typeof shownGpu>;
const loaders = new WeakMap<Snapshot, Map<string, DataLoader<string, Valued | undefined>>>();

/** A GPU as an investment. */
@Resolver(() => Gpu)
export class GpuValuationResolver {
  @FieldResolver(() => GpuValuation, {
    nullable: true,
    complexity: POINTS,
    description:
      "Net asset value beside the price asked; null: it is retired. Ask it of listings, too: `listings { nodes { gpu { valuation } } }`.",
  })
  valuation(
    @Root() { id }: GpuRow,
    @Args(() => AssumptionArgs) args: AssumptionArgs,
    @Ctx() { snapshot }: Context,
  ): Promise<Valued | undefined> {
    const assumptions = assumptionsOf(args);
    const byAssumptions = loaders.get(snapshot) ?? new Map<string, DataLoader<string, Valued | undefined>>();
    loaders.set(snapshot, byAssumptions);
    const name = JSON.stringify([args.discountRate ?? null, args.residual ?? null]);
    const loader =
      byAssumptions.get(name) ??
      new DataLoader<string, Valued | undefined>(async (ids) => {
        const [gpuId = ""] = ids;
        // of the scope only its right to exist is used: epochs and prices are the network's
        const basis = await openStatement(snapshot, { kind: "GPU", gpuId }, { fromAt: null, toAt: null });
        const rows = await valuationsOf(basis, assumptions, await readHoldingsOf(snapshot, ids));
        const byId = new Map(rows.map((row) => [row.gpuId, shownGpu(row)]));
        return ids.map((one) => byId.get(one));
      });
    byAssumptions.set(name, loader);
    return loader.load(id);
  }
}
