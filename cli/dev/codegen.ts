import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EXAMPLES } from "#api/src/graphql/examples.ts";
import { schemaText } from "#api/src/graphql/schema.ts";
import { alertsText } from "#dashboards/src/alerts.ts";
import { DASHBOARDS, dashboardText } from "#dashboards/src/index.ts";
import { isPrebuiltCurrent, prebuildSubgraph } from "#devnet/subgraph.ts";
import { viewsDocument } from "#indexer/views-document.ts";
import { SETTINGS } from "#kernel/settings.ts";
import { buildClient, clientTypes } from "#api/tools/client.ts";
import { brokenPromises, lastRelease, releasedFile } from "./released-schema.ts";
import { bin, ROOT, show } from "./stage.ts";

/** A file that is made, whole or in part, from something else in the repository. */
interface Generated {
  file: string;
  /** its new text, from its present one */
  make: (present: string) => Promise<string> | string;
}

const FILES: readonly Generated[] = [
  { file: "schema.graphql", make: () => schemaText() },
  { file: "api/client/src/generated/schema.ts", make: async () => clientTypes(await schemaText()) },
  ...DASHBOARDS.map((spec) => ({ file: `dashboards/${spec.uid}.json`, make: () => dashboardText(spec) })),
  { file: "dashboards/provisioning/alerting/rules.yaml", make: () => alertsText(DASHBOARDS) },
  {
    file: "subgraph/VIEWS.md",
    make: (present) =>
      between(present, "views", viewsDocument(readFileSync(join(ROOT, "subgraph/schema.graphql"), "utf8"))),
  },
  {
    file: "README.md",
    make: (present) => between(between(present, "settings", settingsTable()), "query", readmeQuery()),
  },
];

/** The README's table of settings. */
function settingsTable(): string {
  const rows = Object.values(SETTINGS).map(
    ({ env, flag, fallback, help }) =>
      `| \`${env}\` | \`${flag}\` | ${fallback === "" ? "" : `\`${fallback}\``} | ${help} |`,
  );
  return ["| variable | flag | default | what it is |", "|---|---|---|---|", ...rows].join("\n");
}

/** The explorer's first example, which the README's answer belongs to. */
function readmeQuery(): string {
  return ["```graphql", EXAMPLES[0].query, "```"].join("\n");
}

/** Replaces what stands between the marks `<!-- name -->` and `<!-- /name -->`. */
function between(text: string, name: string, body: string): string {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(open), text.indexOf(close)];
  if (from < 0 || to < from) throw new Error(`the marks ${open} and ${close} are missing`);
  return `${text.slice(0, from + open.length)}\n${body}\n${text.slice(to)}`;
}

const RELEASED = "api/released";
const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string };

/** What of the last release's promise the schema breaks; with `--release` it becomes the promise itself. */
async function checkPromise(): Promise<string[]> {
  const schema = await schemaText();
  if (process.argv.includes("--release")) {
    const file = join(RELEASED, releasedFile(version));
    writeFileSync(join(ROOT, file), schema);
    process.stdout.write(`wrote ${file}\n`);
  }
  const released = lastRelease(join(ROOT, RELEASED));
  return released ? brokenPromises(released, schema, version) : [];
}

const isCheck = process.argv.includes("--check");
const stale: string[] = [];
const build = await show(bin("forge"), ["build", "contracts/src"]);
const abis = await show(process.execPath, [
  "--import",
  "tsx",
  "contracts/tools/abis.ts",
  ...(isCheck ? ["--check"] : []),
]);
if (build.code !== 0 || abis.code !== 0) stale.push("contracts/abi");
for (const { file, make } of FILES) {
  const path = join(ROOT, file);
  const present = existsSync(path) ? readFileSync(path, "utf8") : "";
  const text = await make(present);
  if (text === present) continue;
  if (isCheck) stale.push(file);
  else {
    writeFileSync(path, text);
    process.stdout.write(`wrote ${file}\n`);
  }
}
if (!isPrebuiltCurrent()) {
  if (isCheck) stale.push("subgraph/prebuilt");
  else {
    await prebuildSubgraph();
    process.stdout.write("wrote subgraph/prebuilt\n");
  }
}
if (stale.length > 0) {
  process.stderr.write(`error: not current: ${stale.join(", ")}\n  try: npm run codegen, and commit what it writes\n`);
  process.exitCode = 1;
}
if (!isCheck) buildClient(join(ROOT, "api/client/src"), join(ROOT, "api/client/dist"));
const broken = await checkPromise();
if (broken.length > 0) {
  process.stderr.write(
    `error: the schema breaks what clients rely on:\n${broken.map((line) => `  ${line}\n`).join("")}` +
      `  try: keep the field and mark it deprecated; or raise the version in package.json, and npm run codegen -- --release\n`,
  );
  process.exitCode = 1;
}
