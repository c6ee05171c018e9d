import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { Option, type Command } from "commander";
import type { Preview } from "#collector/index.ts";
import { BaseError } from "#kernel/errors.ts";
import { previewTable } from "../preview-table.ts";
import { addToken } from "./telemetry-token.ts";
import { addPlausibility } from "./telemetry-plausibility.ts";

const EXAMPLES = `
What would be stored of an exporter's answer: each GPU's quantities in canonical units, and what is rejected, by reason.
  bc telemetry parse http://10.0.0.7:9400/metrics
  curl -s http://10.0.0.7:9400/metrics | bc telemetry parse - --json

Nothing is stored, and no database is asked. The quantities are those of collector/metrics.csv.
Exit code: 0, or 1 where the scrape would fail as a whole, with its reason.`;

/** `bc telemetry`: an exporter's answer as the collector reads it, and what is made of telemetry. */
export function addTelemetry(program: Command): void {
  const telemetry = program.command("telemetry").description("look at telemetry as the collector does");
  addToken(telemetry);
  addPlausibility(telemetry);
  telemetry
    .command("parse")
    .description("show what would be stored of an exporter's answer, and what is rejected")
    .argument("<source>", "a file, an address (http:// or https://), or - for the standard input")
    .addOption(new Option("--json", "all of it as JSON, on one line"))
    .addHelpText("after", EXAMPLES)
    .action(async (source: string, { json = false }: { json?: boolean }) => {
      const preview = await readPreview(source).catch((error: unknown) => {
        if (json) printFailure(error);
        throw error;
      });
      process.stdout.write(`${json ? JSON.stringify(preview) : previewTable(preview)}\n`);
    });
}

async function readPreview(source: string): Promise<Preview> {
  const { previewAnswer, previewUrl, ScrapeFailure } = await import("#collector/index.ts");
  try {
    if (/^https?:\/\//.test(source)) return await previewUrl(source);
    return previewAnswer({ text: await readBody(source), contentType: "" });
  } catch (error) {
    if (!(error instanceof ScrapeFailure)) throw error;
    throw new BaseError("SCRAPE_FAILED", `the scrape would fail as ${error.reason}`, {
      cause: error,
      hints: ["mend what answers there: but for a row of telemetry.scrape with this reason nothing would be stored"],
    });
  }
}

async function readBody(source: string): Promise<string> {
  if (source === "-") return text(process.stdin);
  return readFile(source, "utf8").catch((cause: unknown) => {
    throw new BaseError("NO_BODY", `${source} can't be read`, { cause, hints: ["name a file, an address, or -"] });
  });
}

/** For programs, beside the error for people. */
function printFailure(error: unknown): void {
  const { cause } = error as { cause?: { reason?: string; message?: string } };
  if (cause?.reason === undefined) return;
  process.stdout.write(`${JSON.stringify({ failure: { reason: cause.reason, detail: cause.message } })}\n`);
}
