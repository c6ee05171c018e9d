import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { minifyIntrospection, outputIntrospectionFile } from "@gql.tada/internal";
import { buildSchema, introspectionFromSchema } from "graphql";
import ts from "typescript";
import { BaseError } from "#kernel/errors.ts";

/** Where gql.tada's own set-up begins, which would be every project's that uses the client. */
const GLOBAL_SETUP = "import * as gqlTada";

/** The schema as types, from its text: `api/client/src/generated/schema.ts`. */
export function clientTypes(schema: string): string {
  const introspection = introspectionFromSchema(buildSchema(schema), { descriptions: false });
  const text = outputIntrospectionFile(minifyIntrospection({ ...introspection, name: undefined }), {
    fileType: ".d.ts",
    shouldPreprocess: true,
  });
  const end = text.indexOf(GLOBAL_SETUP);
  if (end < 0) throw new BaseError("BAD_GENERATOR", "gql.tada writes its types in another way than it did");
  return `${text.slice(0, end).trimEnd()}\n`;
}

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  verbatimModuleSyntax: true,
  isolatedModules: true,
};

/**
 * Builds the client's package: JavaScript and types of each file of `src`, into `into`.
 *
 * @throws BaseError `BAD_CLIENT` for an export whose type isn't written down
 */
export function buildClient(src: string, into: string): void {
  const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  for (const file of files) {
    const text = readFileSync(join(src, file), "utf8");
    const options = { fileName: file, compilerOptions: OPTIONS, reportDiagnostics: true };
    const declared = { ...options, compilerOptions: { ...OPTIONS, isolatedDeclarations: true, declaration: true } };
    const [js, types] = [ts.transpileModule(text, options), ts.transpileDeclaration(text, declared)];
    const [fault] = [...(js.diagnostics ?? []), ...(types.diagnostics ?? [])];
    if (fault) throw new BaseError("BAD_CLIENT", `${file}: ${ts.flattenDiagnosticMessageText(fault.messageText, " ")}`);
    const target = join(into, file.replace(/\.ts$/, ""));
    mkdirSync(join(target, ".."), { recursive: true });
    writeFileSync(`${target}.js`, toJsImports(js.outputText));
    writeFileSync(`${target}.d.ts`, toJsImports(types.outputText));
  }
}

function toJsImports(text: string): string {
  return text.replaceAll(/(from ")(\.[^"]*)\.ts"/g, '$1$2.js"');
}
