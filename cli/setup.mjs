// Runs before `npm start`, `npm test`, `npm run check` and `npm run dashboards`, with Node alone: installs what the
// lockfiles say unless it is installed already. Plain JavaScript, because nothing else is there yet.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** @param {string} message @param {string[]} hints */
function fail(message, hints) {
  process.stderr.write(`error: ${message}\n${hints.map((hint) => `  try: ${hint}\n`).join("")}`);
  process.exit(1);
}

/** @param {string} path */
function readOr(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  fail(`Node ${process.versions.node} is too old: 20.19 or newer is needed`, [
    "install Node 20.19, 22 or newer (nodejs.org)",
  ]);
}
if (process.platform !== "linux" || process.arch !== "x64") {
  process.stderr.write(
    `note: npm has the chain tools for Linux x64 only; on ${process.platform} ${process.arch} install Foundry 1.7 by hand\n` +
      "      (getfoundry.sh) and link anvil and forge into node_modules/.bin after `npm ci`\n",
  );
}

/**
 * Installs what a folder's lockfile says, unless that is installed already.
 *
 * @param {string} folder ends with a slash
 * @param {string} what shown while it is done
 * @param {(message: string, hints: string[]) => void} onFault
 */
function install(folder, what, onFault) {
  const stamp = `${folder}node_modules/.installed-from`;
  const lock = createHash("sha256")
    .update(readFileSync(`${folder}package-lock.json`))
    .digest("hex");
  if (readOr(stamp) === lock) return;
  process.stdout.write(`Installing ${what}…\n`);
  const npm = process.env.npm_execpath;
  // By name, because NODE_ENV=production or an `omit` in somebody's .npmrc would leave them out.
  const all = ["--include=dev", "--include=optional"];
  const args = ["ci", ...all, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const options = { cwd: folder, stdio: /** @type {const} */ ("inherit") };
  const result = npm ? spawnSync(process.execPath, [npm, ...args], options) : spawnSync("npm", args, options);
  if (result.status === 0) writeFileSync(stamp, lock);
  else {
    onFault("the packages could not be installed", [
      "read npm's message above; check the network and the registry (npm ping)",
      `delete ${folder}node_modules and run the command again`,
    ]);
  }
}

install(root, "packages from the lockfile (700 MB on disk; about a minute)", fail);
const preview = `${root}dashboards/preview/`;
if (existsSync(`${preview}package-lock.json`)) {
  // A network is worth starting without pictures.
  const isStart = process.env.npm_lifecycle_event === "prestart";
  install(preview, "the dashboards' preview (15 MB)", (message, hints) => {
    if (!isStart) fail(message, hints);
    process.stderr.write("note: the dashboards' preview could not be installed; `npm run dashboards` tries again\n");
  });
}
