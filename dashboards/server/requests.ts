import { z } from "zod";
import { BaseError } from "#kernel/errors.ts";
import type { QueryRequest, Scope } from "../preview/model.ts";

/** Times that PostgreSQL and JavaScript both have. */
const time = z.number().int().min(0).max(253_402_300_799_999);
const name = z.string().min(1).max(100);
const value = z
  .string()
  .max(500)
  .refine((text) => !text.includes("\0"), "has a character that PostgreSQL has not");
const variables = z
  .record(z.string().max(100), z.union([value, z.array(value).max(2_000)]))
  .refine((all) => Object.keys(all).length <= 50, "has too many names");
const scope = z
  .object({ from: time, to: time, variables })
  .refine(({ from, to }) => from < to, "must have from before to");

const query = scope.and(
  z.object({ dashboard: name, panel: z.number().int(), maxDataPoints: z.number().int().min(1).max(20_000) }),
);
const named = scope.and(z.object({ dashboard: name, name }));

/** @throws BaseError `BAD_REQUEST` */
export const queryRequest = (body: unknown): QueryRequest => parsed(query, body);

/** @throws BaseError `BAD_REQUEST` */
export const namedRequest = (body: unknown): Scope & { dashboard: string; name: string } => parsed(named, body);

function parsed<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path, message }) => `${path.join(".") || "the request"}: ${message}`);
  throw new BaseError("BAD_REQUEST", faults.slice(0, 5).join("; "));
}
