import { z } from "zod";
import { BaseError } from "#kernel/errors.ts";

/** Base units of a DC for a cent. */
const DC_PER_CENT = 10_000n;
const ID = /^[A-Za-z0-9_]{1,255}$/;

const eventSchema = z.object({
  id: z.string().regex(ID),
  type: z.string().max(255),
  created: z.number().int().min(0).max(32_503_680_000),
  data: z.object({ object: z.record(z.string(), z.unknown()) }),
});
const succeededSchema = z.object({
  id: z.string().regex(ID),
  amount: z.number().int().safe(),
  amount_received: z.number().int().safe(),
  currency: z.string().max(16),
  status: z.string().max(64),
  metadata: z.record(z.string(), z.unknown()).nullish(),
});
const backSchema = z.object({ payment_intent: z.string().regex(ID).nullish() });

/** A payment that succeeded. */
export interface PaidEvent {
  kind: "PAID";
  id: string;
  type: string;
  payment: string;
  amountCents: bigint;
  currency: string;
  /** 0x hex in lower case; null where none could be made out */
  wallet: string | null;
  chainId: number | null;
  /** why nothing is minted for it; null: it can be */
  refusal: string | null;
  amountDc: bigint | null;
  createdAt: Date;
}

/** Money that went back, or is asked back. */
export interface BackEvent {
  kind: "BACK";
  id: string;
  type: string;
  payment: string;
  flag: "REFUNDED" | "DISPUTED";
  createdAt: Date;
}

/** What makes a payment one that DC are minted for. */
export interface PaymentRules {
  chainId: number;
  maxCents: bigint;
}

/** Events that say that the money of a payment is, or will be, gone. */
const BACK: Readonly<Record<string, BackEvent["flag"]>> = {
  "charge.refunded": "REFUNDED",
  "charge.dispute.created": "DISPUTED",
  "charge.dispute.funds_withdrawn": "DISPUTED",
};

/**
 * What a signed body says; undefined for events that are about nothing of ours.
 *
 * @throws BaseError `BAD_EVENT`
 */
export function readEvent(body: Buffer, rules: PaymentRules): PaidEvent | BackEvent | undefined {
  const event = parse(eventSchema, toJson(body));
  const common = { id: event.id, type: event.type, createdAt: new Date(event.created * 1_000) };
  const flag = BACK[event.type];
  if (flag !== undefined) {
    const { payment_intent: payment } = parse(backSchema, event.data.object);
    return typeof payment === "string" ? { kind: "BACK", ...common, payment, flag } : undefined;
  }
  if (event.type !== "payment_intent.succeeded") return undefined;
  return { kind: "PAID", ...common, ...readPayment(parse(succeededSchema, event.data.object), rules) };
}

function readPayment(paid: z.output<typeof succeededSchema>, rules: PaymentRules) {
  const wallet = walletOf(paid.metadata?.["wallet"]);
  const chainId = chainOf(paid.metadata?.["chain"]);
  const refusal = refusalOf(paid, wallet, chainId, rules);
  const amountCents = BigInt(paid.amount_received);
  return {
    ...{ payment: paid.id, amountCents, currency: paid.currency, wallet, chainId, refusal },
    amountDc: refusal === null ? amountCents * DC_PER_CENT : null,
  };
}

function refusalOf(
  paid: z.output<typeof succeededSchema>,
  wallet: string | null,
  chainId: number | null,
  rules: PaymentRules,
): string | null {
  const cents = paid.amount_received;
  if (paid.status !== "succeeded") return `its status is ${paid.status}, not succeeded`;
  if (paid.currency.toLowerCase() !== "usd") return `it is in ${paid.currency}, not in US dollars`;
  if (cents <= 0) return "nothing was received";
  if (cents !== paid.amount) return `${cents} cents were received of ${paid.amount}`;
  if (BigInt(cents) > rules.maxCents)
    return `${cents} cents are more than the ${rules.maxCents} that one payment may have`;
  if (wallet === null) return "its metadata has no wallet (0x and 40 hex digits, not zero)";
  if (chainId !== rules.chainId) return `its metadata names chain ${chainId ?? "none"}, not ${rules.chainId}`;
  return null;
}

function walletOf(value: unknown): string | null {
  return typeof value === "string" && /^0x[0-9a-fA-F]{40}$/.test(value) && BigInt(value) !== 0n
    ? value.toLowerCase()
    : null;
}

function chainOf(value: unknown): number | null {
  return typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : null;
}

function toJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch (error) {
    throw new BaseError("BAD_EVENT", "the body is not JSON", { cause: error });
  }
}

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problem = z.prettifyError(result.error).replaceAll("\n", " ").slice(0, 300);
  throw new BaseError("BAD_EVENT", `the event has another shape than expected: ${problem}`, {
    hints: ["let the webhook send events of Stripe's API as they are"],
  });
}
