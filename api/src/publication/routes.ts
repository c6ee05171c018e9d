import { Readable } from "node:stream";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { BaseError } from "#kernel/errors.ts";
import type { Logger } from "#kernel/log.ts";
import type { Pool } from "#kernel/pg.ts";
import { findPublished, readPublished, type HashName, type PublishedRow } from "../sources/publication.ts";
import { withSnapshot } from "../sources/snapshot.ts";
import { fileOf } from "./files.ts";

const NAMES: readonly HashName[] = ["inputs", "lines", "claims"];
/** A file under its hash never changes: anybody may keep it, and serve it too. */
const FOR_EVER = "public, max-age=31536000, immutable";
const ASK_AGAIN = "public, no-cache";
const ZERO_HASH = `0x${"0".repeat(64)}`;

/**
 * What anybody needs to recompute and claim an epoch's rewards, as files: `/epochs/<n>/index.json`, and inputs, lines and
 * claims by epoch and by hash.
 */
export function addPublication(app: FastifyInstance, pool: Pool, logger: Logger): void {
  app.register(async (files) => {
    files.setErrorHandler((error, _request, reply) => refuse(reply, error, logger));
    files.addHook("onRequest", async (_request, reply) => void reply.header("access-control-allow-origin", "*"));
    files.get<ByEpoch>("/epochs/:epoch/index.json", async (request, reply) => {
      const row = await ofEpoch(pool, request.params.epoch);
      return reply.headers({ "cache-control": ASK_AGAIN }).send(indexOf(row));
    });
    for (const name of NAMES) {
      files.get<ByEpoch>(`/epochs/:epoch/${name}.json`, async (request, reply) => {
        const row = await ofEpoch(pool, request.params.epoch);
        reply.headers({ "cache-control": ASK_AGAIN, "content-location": pathOf(name, row) });
        return send(pool, { request, reply }, name, row);
      });
      files.get<ByHash>(`/by-hash/:hash/${name}.json`, async (request, reply) => {
        const row = await ofHash(pool, name, request.params.hash);
        return send(pool, { request, reply: reply.header("cache-control", FOR_EVER) }, name, row);
      });
    }
  });
}

interface ByEpoch {
  Params: { epoch: string };
}
interface ByHash {
  Params: { hash: string };
}

async function ofEpoch(pool: Pool, text: string): Promise<PublishedRow> {
  const epoch = /^\d{1,9}$/.test(text) ? Number(text) : undefined;
  const row = epoch === undefined ? undefined : await withSnapshot(pool, (snapshot) => readPublished(snapshot, epoch));
  if (row) return row;
  throw new BaseError("NOT_PUBLISHED", `epoch ${text} has no facts here`, {
    hints: ["a running epoch has none yet: ask for `epochs` of /graphql how far each is"],
  });
}

async function ofHash(pool: Pool, name: HashName, hash: string): Promise<PublishedRow> {
  const isHash = /^0x[0-9a-f]{64}$/.test(hash) && hash !== ZERO_HASH;
  const row = isHash ? await withSnapshot(pool, (snapshot) => findPublished(snapshot, name, hash)) : undefined;
  if (row) return row;
  throw new BaseError("NOT_PUBLISHED", `no epoch's ${name} have the hash ${hash.slice(0, 80)} here`, {
    hints: ["hashes are 0x and 64 digits in lower case, as /epochs/<n>/index.json has them"],
  });
}

/** What the file is known by: bytes under one of these never change. */
function hashOf(name: HashName, { inputsHash, linesRoot, claimsRoot }: PublishedRow): string {
  return { inputs: inputsHash, lines: linesRoot, claims: claimsRoot }[name];
}

/** Where the file never changes; an epoch without lines or claims has no root to find them by. */
function pathOf(name: HashName, row: PublishedRow): string {
  const hash = hashOf(name, row);
  return hash === ZERO_HASH ? `/epochs/${row.epoch}/${name}.json` : `/by-hash/${hash}/${name}.json`;
}

function indexOf(row: PublishedRow) {
  const { start, end, asOfBlock, asOfHash, sampledThrough, ...rest } = row;
  const iso = (seconds: number): string => new Date(seconds * 1_000).toISOString();
  return {
    ...rest,
    startAt: iso(start),
    endAt: iso(end),
    asOf: { block: { number: asOfBlock, hash: asOfHash }, sampledThrough: sampledThrough?.toISOString() ?? null },
    files: Object.fromEntries(NAMES.map((name) => [name, { path: pathOf(name, row), hash: hashOf(name, row) }])),
  };
}

function send(
  pool: Pool,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
  name: HashName,
  row: PublishedRow,
): FastifyReply {
  // of an empty epoch the lines tell its number, and no root tells it
  const etag = `"${hashOf(name, row)}${name === "lines" ? `-${row.epoch}` : ""}"`;
  reply.headers({ etag });
  if (request.headers["if-none-match"]?.split(/\s*,\s*/).some((one) => one === etag || one === "*") === true) {
    return reply.code(304).send();
  }
  return reply.type("application/json; charset=utf-8").send(Readable.from(fileOf(pool, name, row)));
}

/** Our errors as they are; anything else without its insides. */
function refuse(reply: FastifyReply, error: unknown, logger: Logger): void {
  const known = error instanceof BaseError ? error : new BaseError("INTERNAL_SERVER_ERROR", "the file can't be made");
  if (known !== error) logger.error({ err: error }, "a file of an epoch failed");
  const status = known.code === "NOT_PUBLISHED" ? 404 : known.code === "INTERNAL_SERVER_ERROR" ? 500 : 503;
  const { code, message, hints } = known;
  void reply.code(status).header("cache-control", "no-store").send({ error: { code, message, hints } });
}
