import { BaseError } from "#kernel/errors.ts";
import type { Logger } from "#kernel/log.ts";
import type { Pool } from "#kernel/pg.ts";

/** The oldest server that is tested. */
const LOWEST_VERSION = 15;

/** Tables exclude overlapping versions of an entity with it. */
const EXTENSION = "btree_gist";

interface Facts {
  version: number;
  encoding: string;
  collation: string;
  is_read_only: boolean;
  role: string;
  database: string;
  may_create: boolean;
  may_create_in_public: boolean;
  has_tables: boolean;
  has_extension: boolean;
  offers_extension: boolean;
  is_graph_nodes: boolean;
}

const FACTS = `
  select current_setting('server_version_num')::int / 10000 as version,
         current_setting('server_encoding') as encoding,
         case d.datlocprovider when 'i' then 'ICU' else d.datcollate end as collation,
         pg_is_in_recovery() or current_setting('transaction_read_only') = 'on' as is_read_only,
         current_user::text as role, d.datname::text as database,
         has_database_privilege(d.oid, 'create') as may_create,
         coalesce(has_schema_privilege(to_regnamespace('public')::oid, 'create'), false) as may_create_in_public,
         to_regclass('subgraphs.writer_lease') is not null as has_tables,
         exists (select from pg_extension where extname = $1) as has_extension,
         exists (select from pg_available_extensions where name = $1) as offers_extension,
         to_regclass('public.__diesel_schema_migrations') is not null as is_graph_nodes
    from pg_database d where d.datname = current_database()`;

/**
 * Checks that a database can hold deployments, before anything is written to it. A collation other than C is told, not
 * refused: rows are the same in any, as ids are compared for equality only; but readers who sort by text get the
 * locale's order, not graph-node's, and a newer C library on the server may spoil indexes on text.
 *
 * @throws BaseError `DATABASE_TOO_OLD`, `DATABASE_ENCODING`, `DATABASE_READ_ONLY`, `DATABASE_OF_GRAPH_NODE`,
 * `DATABASE_RIGHTS` or `EXTENSION_MISSING`
 */
export async function checkStore(pool: Pool, logger: Logger): Promise<void> {
  const { rows } = await pool.query<Facts>(FACTS, [EXTENSION]);
  const facts = rows[0] as Facts;
  const fault = faultOf(facts);
  if (fault) throw fault;
  if (/^(C|POSIX|C\.UTF-?8)$/i.test(facts.collation)) return;
  logger.warn(
    { database: facts.database, collation: facts.collation, mend: "create database … locale 'C' template template0" },
    "the database sorts text by a locale: queries that order by text differ from graph-node's",
  );
}

function faultOf(facts: Facts): BaseError | undefined {
  const { version, encoding, database, role } = facts;
  if (version < LOWEST_VERSION) {
    return new BaseError("DATABASE_TOO_OLD", `the server is PostgreSQL ${version}, which is too old`, {
      hints: [`use PostgreSQL ${LOWEST_VERSION} or later`],
    });
  }
  if (encoding !== "UTF8") {
    return new BaseError("DATABASE_ENCODING", `database ${database} has the encoding ${encoding}, not UTF8`, {
      hints: [`use another: create database … encoding 'UTF8' locale 'C' template template0`],
    });
  }
  if (facts.is_read_only) {
    return new BaseError("DATABASE_READ_ONLY", `database ${database} can only be read`, {
      hints: [
        "point DATABASE_URL (--database) at the primary server, not at a replica",
        "or lift default_transaction_read_only of the role or database",
      ],
    });
  }
  if (facts.is_graph_nodes) {
    return new BaseError("DATABASE_OF_GRAPH_NODE", `database ${database} belongs to graph-node`, {
      hints: [
        "use another database, on the same server if you like: create database … locale 'C' template template0",
        "to see a deployment of graph-node through views: `bc deployments show sgd<n>`",
      ],
    });
  }
  return rightsFault(facts, role, database) ?? extensionFault(facts, database);
}

function rightsFault(facts: Facts, role: string, database: string): BaseError | undefined {
  const grants: string[] = [];
  if (!facts.may_create) grants.push(`grant create on database "${database}" to "${role}"`);
  if (!facts.may_create_in_public && !facts.has_tables) grants.push(`grant create on schema public to "${role}"`);
  if (grants.length === 0) return undefined;
  return new BaseError("DATABASE_RIGHTS", `role ${role} may not create schemas and tables in database ${database}`, {
    hints: [`as the database's owner: ${grants.join("; ")}`, "or use a database that this role owns"],
  });
}

function extensionFault({ has_extension, offers_extension }: Facts, database: string): BaseError | undefined {
  if (has_extension || offers_extension) return undefined;
  return new BaseError(
    "EXTENSION_MISSING",
    `database ${database} has no ${EXTENSION}, and its server doesn't offer it`,
    {
      hints: [`install PostgreSQL's contrib modules on the server (Debian: they come with postgresql)`],
    },
  );
}
