import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { signatureHeader, WEBHOOK_PATH } from "#api/src/jobs/payments/index.ts";
import { BaseError, messageOf } from "#kernel/errors.ts";
import { readDeployment } from "./deployment.ts";
import { webhookSecret } from "./payments.ts";

/** A payment, as `bc devnet pay` makes it up. */
export interface Pay {
  dataDir: string;
  host: string;
  paymentsPort: number;
  /** with cents */
  dollars: string;
  wallet: string;
  payment?: string | undefined;
  /** a payment that goes back instead */
  refund?: string | undefined;
}

/**
 * Sends a signed event to the local network's door.
 *
 * @returns what the door answered
 * @throws BaseError `BAD_FLAG`, `NO_NETWORK`
 */
export async function payAtDoor(pay: Pay): Promise<string> {
  const secret = webhookSecret(pay.dataDir);
  if (secret === undefined) throw noNetwork(`${pay.dataDir} has no payments' secret`);
  const body = Buffer.from(JSON.stringify(eventOf(pay)));
  const headers = { "stripe-signature": signatureHeader(body, secret, Date.now() / 1_000) };
  const url = `http://${pay.host}:${pay.paymentsPort}${WEBHOOK_PATH}`;
  const response = await fetch(url, { method: "POST", headers, body, signal: AbortSignal.timeout(15_000) }).catch(
    (error: unknown) => {
      throw noNetwork(`nobody takes payments at ${url}: ${messageOf(error)}`);
    },
  );
  return `${response.status} ${(await response.text()).trim()}`;
}

function eventOf({ dataDir, dollars, wallet, payment, refund }: Pay): object {
  const common = { id: `evt_${randomBytes(12).toString("hex")}`, created: Math.floor(Date.now() / 1_000) };
  if (refund !== undefined) return { ...common, type: "charge.refunded", data: { object: { payment_intent: refund } } };
  const cents = centsOf(dollars);
  const object = {
    ...{ id: payment ?? `pi_${randomBytes(12).toString("hex")}`, status: "succeeded", currency: "usd" },
    ...{ amount: cents, amount_received: cents },
    metadata: { wallet, chain: String(readDeployment(join(dataDir, "deployment.json")).chainId) },
  };
  return { ...common, type: "payment_intent.succeeded", data: { object } };
}

function centsOf(dollars: string): number {
  const [, whole = "", part = ""] = /^(\d{1,9})(?:\.(\d{1,2}))?$/.exec(dollars) ?? [];
  if (whole === "")
    throw new BaseError("BAD_FLAG", `"${dollars}" are no dollars`, { hints: ["say them as 25 or 25.50"] });
  return Number(whole) * 100 + Number(part.padEnd(2, "0"));
}

function noNetwork(message: string): BaseError {
  return new BaseError("NO_NETWORK", message, {
    hints: ["start the network (npm start), or name its DATA_DIR and port"],
  });
}
