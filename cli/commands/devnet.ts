import type { Command } from "commander";
import type { Advanced } from "#devnet/advance.ts";
import { BaseError } from "#kernel/errors.ts";
import type { SettingName, Settings } from "#kernel/settings.ts";
import { addSettings, settingsOf } from "../settings.ts";
import { alignTable } from "../tables.ts";

const NAMES = ["dataDir"] as const satisfies SettingName[];
const PAY_NAMES = ["dataDir", "host", "paymentsPort"] as const satisfies SettingName[];
const UNIT_SECONDS = { m: 60, h: 3_600, d: 86_400 } as const;

const HELP = `
The chain's time, the market and the fleet go ahead together: what happens in between is played on the chain and written as
telemetry, and the network goes on live at the later time, for good. So an epoch's end can be watched:
  bc devnet advance 1d
  bc epochs

Exit code: 0, or 1 with the reason; a network that fails in the midst of it goes on at the later time all the same.`;

const PAY_HELP = `
Signs an event with the webhook's secret (DATA_DIR/payments/webhook-secret) and sends it; nothing is charged anywhere. DC come
within a block or two. By hand:
  t=$(date +%s); body='{"id":"evt_1","type":"payment_intent.succeeded","created":'$t',"data":{"object":{"id":"pi_1",
    "amount":2500,"amount_received":2500,"currency":"usd","status":"succeeded","metadata":{"wallet":"0x…","chain":"31337"}}}}'
  v1=$(printf '%s.%s' "$t" "$body" | openssl dgst -sha256 -hmac "$(cat .data/payments/webhook-secret)" -r | cut -d' ' -f1)
  curl -H "Stripe-Signature: t=$t,v1=$v1" -d "$body" http://localhost:4006/webhooks/payments`;

interface PayFlags {
  wallet: string;
  payment?: string;
  refund?: string;
}

/** `bc devnet`: orders for the simulated network that runs on this machine. */
export function addDevnet(program: Command): void {
  const devnet = program.command("devnet").description("orders for the simulated network that runs here");
  const command = devnet
    .command("advance <time>")
    .description("bring it to a later time: 30m, 6h, 1d; at most 7d at once");
  addSettings(command, NAMES).addHelpText("after", HELP);
  command.action((time: string) => runAdvance(time, settingsOf(command, NAMES).dataDir));
  const pay = devnet
    .command("pay <dollars>")
    .description("pay for a wallet's Data Credits, as a payment service would");
  addSettings(pay, PAY_NAMES)
    .requiredOption("--wallet <address>", "who gets them")
    .option("--payment <id>", "the payment's id; the same one twice is one payment [a new one]")
    .option("--refund <id>", "say instead that this payment was refunded")
    .addHelpText("after", PAY_HELP)
    .action((dollars: string, flags: PayFlags) => runPay(dollars, flags, settingsOf(pay, PAY_NAMES)));
}

async function runPay(
  dollars: string,
  { wallet, payment, refund }: PayFlags,
  settings: Pick<Settings, (typeof PAY_NAMES)[number]>,
): Promise<void> {
  const { payAtDoor } = await import("#devnet/pay.ts");
  const answer = await payAtDoor({ ...settings, dollars, wallet, payment, refund });
  process.stdout.write(`${answer}\n`);
}

async function runAdvance(time: string, dataDir: string): Promise<void> {
  const seconds = secondsOf(time);
  const { giveOrder } = await import("#devnet/desk.ts");
  const startedAt = performance.now();
  const done = await giveOrder<Advanced>(dataDir, { seconds });
  const rows = [
    ["on the chain", `${done.blocks} blocks; ${done.uses} rentals ran`],
    ["telemetry", `${done.scrapes} scrapes`],
    ["next", "`bc epochs` shows what has ended, and how it comes to be paid"],
  ];
  const took = ((performance.now() - startedAt) / 1_000).toFixed(1);
  const now = new Date(done.to * 1_000).toISOString().slice(0, 16);
  process.stdout.write(`${time} ahead in ${took} s: it is ${now}Z now.\n${alignTable(rows)}\n`);
}

/** @throws BaseError `BAD_FLAG` */
function secondsOf(time: string): number {
  const [, count = "", unit = ""] = /^(\d{1,6})([mhd])$/.exec(time) ?? [];
  const seconds = Number(count) * (UNIT_SECONDS[unit as keyof typeof UNIT_SECONDS] ?? 0);
  if (seconds > 0) return seconds;
  throw new BaseError("BAD_FLAG", `"${time}" is not a time`, {
    hints: ["say how far ahead: minutes, hours or days, such as 30m, 6h or 1d"],
  });
}
