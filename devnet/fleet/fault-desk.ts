import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { BaseError } from "#kernel/errors.ts";
import { GENERATIONS } from "./generations.ts";
import type { ClearFault, Fault } from "./types.ts";

const PATH = /^\/faults(?:\/(\d+))?$/;
/** Longest order, in bytes. */
const MAX_ORDER = 10_000;

const uuid = z.string();
const host = z.string();
const seconds = z.number();

const FAULT: z.ZodType<Fault> = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("HOST_DOWN"), host }),
  z.strictObject({ kind: z.literal("EMPTY_BODY"), host }),
  z.strictObject({ kind: z.literal("SLOW_BODY"), host, seconds }),
  z.strictObject({ kind: z.literal("TRUNCATED_BODY"), host }),
  z.strictObject({ kind: z.literal("CLOCK_DRIFT"), host, seconds }),
  z.strictObject({ kind: z.literal("COUNTER_RESET"), host }),
  z.strictObject({ kind: z.literal("GENERATION"), host, generation: z.enum(GENERATIONS) }),
  z.strictObject({ kind: z.literal("DUPLICATE_UUID"), host, uuid }),
  z.strictObject({ kind: z.literal("XID"), uuid, code: z.int().min(1).max(100_000) }),
  z.strictObject({ kind: z.literal("THERMAL_THROTTLE"), uuid }),
  z.strictObject({ kind: z.literal("ECC_ERROR"), uuid }),
  z.strictObject({ kind: z.literal("MIG"), uuid, profiles: z.array(z.string()).min(1) }),
  z.strictObject({ kind: z.literal("WRONG_MODEL"), uuid, model: z.string() }),
  z.strictObject({ kind: z.literal("IDLE"), uuid }),
  z.strictObject({ kind: z.literal("BUSY"), uuid, load: z.number() }),
  z.strictObject({ kind: z.literal("FROZEN"), uuid }),
  z.strictObject({ kind: z.literal("REPLAYED"), uuid, seconds }),
  z.strictObject({ kind: z.literal("POWER_MISFIT"), uuid, activity: z.number() }),
  z.strictObject({ kind: z.literal("ENERGY_MISFIT"), uuid, factor: z.number() }),
]);

/** Whether a request is for the desk, and not for an exporter. */
export function isFaultDesk({ url = "" }: IncomingMessage): boolean {
  return PATH.test(url);
}

/** Takes orders of faults by HTTP: `GET /faults`, `POST /faults` with a fault as JSON, `DELETE /faults/<id>`. */
export class FaultDesk {
  readonly #order: (fault: Fault) => ClearFault;
  readonly #faults = new Map<number, { fault: Fault; clear: ClearFault }>();
  #lastId = 0;

  /** @param order as the fleet's */
  constructor(order: (fault: Fault) => ClearFault) {
    this.#order = order;
  }

  /** Answers a request that `isFaultDesk`; never throws. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [status, body] = await this.#act(request).catch((error: unknown): [number, object] => [400, refusal(error)]);
    response.writeHead(status, { "content-type": "application/json" }).end(`${JSON.stringify(body)}\n`);
  }

  async #act(request: IncomingMessage): Promise<[status: number, body: object]> {
    const id = PATH.exec(request.url ?? "")?.[1];
    if (request.method === "GET" && id === undefined) {
      return [200, [...this.#faults].map(([number, { fault }]) => ({ id: number, fault }))];
    }
    if (request.method === "POST" && id === undefined) return [201, this.#take(await readOrder(request))];
    if (request.method === "DELETE" && id !== undefined) return this.#clear(Number(id));
    return [405, { error: "GET /faults, POST /faults or DELETE /faults/<id>" }];
  }

  #take(fault: Fault): object {
    const clear = this.#order(fault);
    const id = ++this.#lastId;
    this.#faults.set(id, { fault, clear });
    return { id, fault };
  }

  #clear(id: number): [status: number, body: object] {
    const ordered = this.#faults.get(id);
    if (!ordered) return [404, { error: `no fault ${id} was ordered here` }];
    ordered.clear();
    this.#faults.delete(id);
    return [200, { id, fault: ordered.fault }];
  }
}

/** Only with its own content type, which no web page of somebody else may send without asking. */
async function readOrder(request: IncomingMessage): Promise<Fault> {
  if (request.headers["content-type"] !== "application/json") {
    throw new BaseError("BAD_FAULT", "the order is no JSON", { hints: ["send content-type: application/json"] });
  }
  let text = "";
  for await (const piece of request.setEncoding("utf8")) {
    text += piece as string;
    if (text.length > MAX_ORDER) throw new BaseError("BAD_FAULT", `the order is longer than ${MAX_ORDER} characters`);
  }
  return parseFault(text);
}

/**
 * Reads a fault.
 *
 * @throws BaseError `BAD_FAULT` naming what is wrong
 */
export function parseFault(text: string): Fault {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new BaseError("BAD_FAULT", "the order is no JSON", { cause });
  }
  const read = FAULT.safeParse(value);
  if (read.success) return read.data;
  throw new BaseError("BAD_FAULT", z.prettifyError(read.error).replaceAll(/\s*\n\s*/g, " "), {
    hints: ["the faults and what they need stand in devnet/fleet/types.ts"],
  });
}

function refusal(error: unknown): object {
  const { code, message, hints } =
    error instanceof BaseError ? error : { code: "INTERNAL", message: String(error), hints: [] };
  return { error: message, code, hints };
}
