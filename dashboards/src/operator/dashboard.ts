import { DELIVERY } from "./delivery.ts";
import { EVIDENCE } from "./evidence.ts";
import { GLANCE } from "./glance.ts";
import { MONEY } from "./money.ts";
import { STANDING } from "./standing.ts";
import type { DashboardSpec } from "../spec.ts";

/** Reputation and operations of one pool operator. */
export const OPERATOR_DASHBOARD: DashboardSpec = {
  uid: "bc-operator",
  title: "Operator",
  description: "How customers see an operator and why, what its pools deliver and earn, and what to charge.",
  from: "now-30d",
  refresh: "1m",
  variables: [
    {
      type: "query",
      name: "operator",
      label: "Operator",
      sql: `select o.id || ' ' || o.name as "__text", o.id as "__value" from chain.operator o order by length(o.id), o.id`,
    },
    {
      type: "query",
      name: "pool",
      label: "Pool",
      isMulti: true,
      hasAll: true,
      sql: `select p.id || ' ' || p.model || ', ' || p.region as "__text", p.id as "__value"
from chain.pool p where p.operator = \${operator:sqlstring} order by length(p.id), p.id`,
    },
    { type: "textbox", name: "tariff", label: "USD per kWh", value: "0.12" },
  ],
  annotations: [
    {
      name: "Kicks",
      color: "red",
      mayBeEmpty: "only distributed operators kick members",
      sql: `select to_timestamp(m.to_at::float8) as "time", 'kicked ' || '0x' || encode(m.account, 'hex') || coalesce(': ' || lower(m.kick_reason::text), '') as "text"
from chain.member_period m where m.operator = \${operator:sqlstring} and m.to_at is not null
  and m.to_at >= $__unixEpochFrom() and m.to_at <= $__unixEpochTo()`,
    },
  ],
  rows: [GLANCE, STANDING, DELIVERY, MONEY, EVIDENCE],
};
