import { BaseError } from "#kernel/errors.ts";
import type { Pool, PoolClient } from "#kernel/pg.ts";
import { VIEW_MARK } from "../store/view-relations.ts";

/** A deployment in a database, whichever engine wrote it. */
export interface DeploymentInfo {
  readonly id: number;
  /** the schema of its tables, `sgd<n>` */
  readonly namespace: string;
  /** the identity of its build, `Qm…` */
  readonly deployment: string;
  readonly network: string;
  /** of the subgraph it is a version of; `null` when that has been removed */
  readonly name: string | null;
  /** `current`: its name's newest that was at the head; `pending`: on the way there; `old`: neither */
  readonly version: "current" | "pending" | "old";
  /** last indexed block, `null` before the first */
  readonly block: number | null;
  /** its time, when this project's engine wrote it */
  readonly blockTime: Date | null;
  readonly writtenAt: Date | null;
  readonly isSynced: boolean;
  readonly health: "healthy" | "unhealthy" | "failed";
  /** why it failed */
  readonly reason: string | null;
  /** process that writes it now, `host/pid/…` */
  readonly writer: string | null;
  readonly bytes: number;
  /** schemas whose views show it */
  readonly shownIn: readonly string[];
}

/**
 * What a database holds, oldest first; nothing where no engine has written yet.
 *
 * @param namespace only this one
 */
export async function listDeployments(pool: Pool | PoolClient, namespace?: string): Promise<DeploymentInfo[]> {
  const { rows: parts } = await pool.query<{ has_any: boolean; is_ours: boolean }>(
    `select to_regclass('subgraphs.deployment') is not null as has_any,
            to_regclass('subgraphs.writer_lease') is not null as is_ours`,
  );
  if (parts[0]?.has_any !== true) return [];
  const { rows } = await pool.query<DeploymentInfo & { bytes: bigint; blockTime: Date | null }>(
    listSql(parts[0].is_ours),
    [VIEW_MARK, namespace ?? null],
  );
  return rows.map((row) => ({ ...row, bytes: Number(row.bytes) }));
}

/** graph-node keeps neither the head's time nor who writes. */
function listSql(isOurs: boolean): string {
  const ours = isOurs
    ? `to_timestamp(t.block_timestamp) as "blockTime", t.written_at as "writtenAt", l.holder as writer`
    : `null::timestamptz as "blockTime", null::timestamptz as "writtenAt", null as writer`;
  const joins = isOurs
    ? `left join subgraphs.head_time t on t.id = s.id
       left join subgraphs.writer_lease l on l.id = s.id and l.expires_at > now()`
    : "";
  return `
    select s.id, s.name as namespace, s.subgraph as deployment, s.network, v.name,
           coalesce(v.version, 'old') as version, h.block_number as block, d.synced_at is not null as "isSynced",
           d.health, e.message as reason, ${ours},
           (select coalesce(sum(pg_total_relation_size(c.oid)), 0)::int8 from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where n.nspname = s.name and c.relkind in ('r', 'm')) as bytes,
           array(select distinct vn.nspname::text from pg_class t
                   join pg_namespace tn on tn.oid = t.relnamespace and tn.nspname = s.name
                   join pg_depend p on p.refobjid = t.oid and p.refclassid = 'pg_class'::regclass
                    and p.classid = 'pg_rewrite'::regclass
                   join pg_rewrite r on r.oid = p.objid
                   join pg_class vc on vc.oid = r.ev_class
                    and obj_description(vc.oid, 'pg_class') ~ $1
                   join pg_namespace vn on vn.oid = vc.relnamespace order by 1) as "shownIn"
      from public.deployment_schemas s
      join subgraphs.head h on h.id = s.id
      join subgraphs.deployment d on d.id = s.id
      left join subgraphs.subgraph_error e on e.id = d.fatal_error
      left join lateral (
        select g.name, case v.id when g.current_version then 'current' when g.pending_version then 'pending' else 'old' end as version
          from subgraphs.subgraph_version v join subgraphs.subgraph g on g.id = v.subgraph
         where v.deployment = s.subgraph
         order by (v.id = g.current_version) is true desc, (v.id = g.pending_version) is true desc, v.vid desc limit 1) v on true
      ${joins}
     where $2::text is null or s.name = $2
     order by s.id`;
}

/**
 * The deployment of a schema.
 *
 * @throws BaseError `NO_DEPLOYMENT` naming those there are
 */
export async function findDeployment(pool: Pool | PoolClient, namespace: string): Promise<DeploymentInfo> {
  const [found] = await listDeployments(pool, namespace);
  if (found) return found;
  const others = (await listDeployments(pool)).map((deployment) => deployment.namespace);
  throw new BaseError("NO_DEPLOYMENT", `there is no deployment ${namespace}`, {
    hints: [others.length === 0 ? "the database holds none; check --database" : `there are: ${others.join(", ")}`],
  });
}
