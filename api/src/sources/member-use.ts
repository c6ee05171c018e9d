import { bytesOf } from "./entity.ts";
import type { Snapshot } from "./snapshot.ts";

/** What the GPUs that a member brought do for the operator. */
export interface MemberUseRow {
  gpuCount: number;
  activeGpuCount: number;
  rentedGpuCount: number;
  burnedDc: bigint;
  paidSeconds: bigint;
}

/** Of each member, in their order: all its GPUs that are in the operator's pools now. */
export async function readMemberUse(
  snapshot: Snapshot,
  members: readonly { operatorId: string; address: string }[],
): Promise<(MemberUseRow | undefined)[]> {
  const rows = await snapshot.rows<Omit<MemberUseRow, "burnedDc"> & { place: bigint; burnedDc: string }>(
    "member-use",
    `select m.place, count(g.id)::int4 as "gpuCount", count(*) filter (where g.status = 'ACTIVE')::int4 as "activeGpuCount",
       count(*) filter (where r.end_at is null and least(r.paid_until, r.ends_by) > h.block_timestamp)::int4 as "rentedGpuCount",
       coalesce(sum(g.burned_dc), 0)::text as "burnedDc", coalesce(sum(g.paid_seconds), 0)::int8 as "paidSeconds"
     from unnest($1::text[], $2::bytea[]) with ordinality m(operator, account, place) cross join chain.head h
     left join chain.gpu g on g.operator = m.operator and g.contributor = m.account
     left join chain.rental r on r.id = g.rental
     group by m.place`,
    [members.map(({ operatorId }) => operatorId), members.map(({ address }) => bytesOf(address))],
  );
  const byPlace = new Map(rows.map(({ place, ...row }) => [Number(place), { ...row, burnedDc: BigInt(row.burnedDc) }]));
  return members.map((_, index) => byPlace.get(index + 1));
}
