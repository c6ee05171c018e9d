import { entity, bool, hex, maybe, seconds, text, type Entity } from "../entity.ts";
import { PERIOD } from "./gpu-history.ts";

type Row<Kind> = Kind extends Entity<infer R> ? R : never;

/** A span in which one wallet held an operator's identity. */
export const OPERATOR_OWNERSHIP = entity("operator_ownership", "bytes", { ...PERIOD, address: hex("owner") });
/** A span in which one wallet was paid an operator's rewards and royalties. */
export const OPERATOR_PAYEE = entity("operator_payee", "bytes", { ...PERIOD, address: hex("payee") });

/** Who is or was a member of a distributed operator. */
export const MEMBER = entity("member", "text", {
  id: text("id"),
  operatorId: text("operator"),
  address: hex("account"),
  isActive: bool("is_active"),
  kickReason: maybe(text("kick_reason")),
  addedAt: seconds("added_at"),
  kickedAt: maybe(seconds("kicked_at")),
});
/** A row of `MEMBER`. */
export type MemberRow = Row<typeof MEMBER>;

/** A span in which an account was a member. */
export const MEMBER_PERIOD = entity("member_period", "bytes", { ...PERIOD, kickReason: maybe(text("kick_reason")) });
