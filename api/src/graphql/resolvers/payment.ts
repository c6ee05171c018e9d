import { Arg, Args, Ctx, Query, Resolver } from "type-graphql";
import { BaseError } from "#kernel/errors.ts";
import { listPayments, readDiscrepancies, type DiscrepancyRow, type PaymentRow } from "../../sources/payments.ts";
import { PageArgs, readConnection, type Connection } from "../connection.ts";
import type { Context } from "../context.ts";
import { Payment, PaymentConnection, PaymentDiscrepancy, PaymentWhere } from "../types/payment.ts";

/** What the processor's admin sees. */
@Resolver(() => Payment)
export class PaymentResolver {
  @Query(() => PaymentConnection, {
    nullable: true,
    description: "Payments in the order in which they came. For the processor's admin, by a bearer token.",
  })
  payments(
    @Args(() => PageArgs) page: PageArgs,
    @Arg("where", () => PaymentWhere, { nullable: true, description: "Which." }) where: PaymentWhere | null | undefined,
    @Ctx() context: Context,
  ): Promise<Connection<PaymentRow>> {
    requireAdmin(context);
    return readConnection(page, (slice) => listPayments(context.snapshot, slice, { state: where?.state ?? null }));
  }

  @Query(() => [PaymentDiscrepancy], {
    nullable: true,
    description:
      "Payments against mints, as far as blocks are indexed: empty when all is well, at most 200. For the processor's admin.",
  })
  paymentReconciliation(@Ctx() context: Context): Promise<DiscrepancyRow[]> {
    requireAdmin(context);
    return readDiscrepancies(context.snapshot);
  }
}

/** @throws BaseError `NO_PAYMENTS`, `UNAUTHENTICATED`, `FORBIDDEN` */
function requireAdmin({ paymentsToken, who }: Context): void {
  if (paymentsToken === undefined) {
    throw new BaseError("NO_PAYMENTS", "this API shows no payments", {
      hints: ["whoever runs it: set PAYMENTS_TOKEN_FILE to a file with the admin's token"],
    });
  }
  if (who.tier === "ANONYMOUS") {
    throw new BaseError("UNAUTHENTICATED", "payments are for the processor's admin", {
      hints: ["send the header authorization: Bearer <the admin's token>"],
    });
  }
  if (who.tier !== "ADMIN")
    throw new BaseError("FORBIDDEN", "this token isn't the processor's admin's", {
      hints: ["ask whoever runs this API"],
    });
}
