import { createHmac, timingSafeEqual } from "node:crypto";
import { BaseError } from "#kernel/errors.ts";

/** How old a signature may be, and how far ahead a sender's clock, seconds. */
const TOLERANCE_SECONDS = 300;
/** More signatures than any rotation of secrets needs. */
const MAX_SIGNATURES = 10;

/**
 * Checks that a body comes from whoever has one of our secrets: `Stripe-Signature: t=<seconds>,v1=<hex>[,v1=…]`, where v1 is
 * HMAC-SHA256 over `<t>.<body>`.
 *
 * @param body just as it came over the wire
 * @param now seconds since 1970
 * @throws BaseError `BAD_SIGNATURE`, `STALE_SIGNATURE`
 */
export function checkSignature(
  body: Buffer,
  header: string | undefined,
  secrets: readonly string[],
  now: number,
): void {
  const parts = (header ?? "").split(",", MAX_SIGNATURES + 1).map((part) => part.trim().split("=", 2));
  const time = parts.find(([name]) => name === "t")?.[1] ?? "";
  const given = parts.flatMap(([name, hex = ""]) =>
    name === "v1" && HEX_32.test(hex) ? [Buffer.from(hex, "hex")] : [],
  );
  if (!/^\d{1,12}$/.test(time) || given.length === 0)
    throw badSignature("it has no time (t=) or no signature (v1=) that could be one");
  const expected = secrets.map((secret) => signatureOf(body, time, secret));
  // each is compared with each, so that the time taken tells nothing
  const isRight = given.flatMap((one) => expected.map((other) => timingSafeEqual(one, other))).includes(true);
  if (!isRight) throw badSignature("it is of another secret, or of another body");
  if (Math.abs(now - Number(time)) <= TOLERANCE_SECONDS) return;
  throw new BaseError("STALE_SIGNATURE", `the signature is of ${new Date(Number(time) * 1_000).toISOString()}`, {
    hints: [`sign anew: it must be at most ${TOLERANCE_SECONDS} s old`, "set the clocks of both sides"],
  });
}

const HEX_32 = /^[0-9a-f]{64}$/i;

function signatureOf(body: Buffer, time: string, secret: string): Buffer {
  return createHmac("sha256", secret).update(`${time}.`).update(body).digest();
}

/** A header for a body, as the payment service would make it. */
export function signatureHeader(body: Buffer, secret: string, now: number): string {
  const time = String(Math.floor(now));
  return `t=${time},v1=${signatureOf(body, time, secret).toString("hex")}`;
}

function badSignature(why: string): BaseError {
  return new BaseError("BAD_SIGNATURE", `the header Stripe-Signature can't be trusted: ${why}`, {
    hints: [
      "give the webhook's signing secret to this door (--payment-secrets)",
      "pass the body on as it is, byte by byte",
    ],
  });
}
