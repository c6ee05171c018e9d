import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { BaseError } from "#kernel/errors.ts";

/** The page's own package. */
export const PREVIEW = fileURLToPath(new URL("../preview/", import.meta.url));

/** A file that the server gives. */
export interface Asset {
  body: string;
  type: string;
  etag: string;
}

/** Whether the packages of the preview are there. */
export const isInstalled = (): boolean => existsSync(`${PREVIEW}node_modules/uplot/package.json`);

/**
 * The page, made of its sources: by path.
 *
 * @throws BaseError `PREVIEW_MISSING` when its packages aren't installed
 */
export async function buildPage(): Promise<ReadonlyMap<string, Asset>> {
  if (!isInstalled()) {
    throw new BaseError("PREVIEW_MISSING", "the dashboards' preview has not been installed", {
      hints: ["node cli/setup.mjs installs it", "or: npm ci --prefix dashboards/preview"],
    });
  }
  const { build, stop } = await import("esbuild");
  const { outputFiles } = await build({
    absWorkingDir: PREVIEW,
    entryPoints: { page: "page/main.ts" },
    outdir: "/",
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2023",
    charset: "utf8",
    write: false,
    logLevel: "silent",
  });
  await stop(); // its process would stay
  const assets = outputFiles.map(({ path, text }) => [path, asset(text, typeOf(path))] as const);
  return new Map([["/", asset(INDEX, "text/html; charset=utf-8")], ...assets]);
}

const typeOf = (path: string): string => `text/${path.endsWith(".css") ? "css" : "javascript"}; charset=utf-8`;

function asset(body: string, type: string): Asset {
  return { body, type, etag: `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"` };
}

const INDEX = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Berkeley Compute dashboards</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="/page.css" />
    <script type="module" src="/page.js"></script>
  </head>
  <body>
    <noscript>The preview of the dashboards needs JavaScript.</noscript>
  </body>
</html>
`;
