import { Option, type Command } from "commander";
import { readInputsFile } from "../inputs-file.ts";
import { settlementTable } from "../settlement-table.ts";

interface Flags {
  inputs: string;
  json?: boolean;
}

const EXAMPLES = `
Anyone can check an epoch: its canonical inputs are published, and their keccak256 is on the chain with the roots.
  bc settle --inputs epoch-12.json
  curl -s https://…/inputs/0x… | bc settle --inputs - --json

The file is described in api/src/domain/rewards/README.md. No chain and no database is asked.
Exit code: 0, or 1 with the entry that breaks a rule.`;

/** `bc settle`: an epoch's rewards from its inputs alone. */
export function addSettle(program: Command): void {
  program
    .command("settle")
    .description("compute an epoch's rewards from a file of its inputs")
    .requiredOption("--inputs <file>", "canonical inputs of an epoch, as JSON; - for the standard input")
    .addOption(new Option("--json", "the whole result as JSON, on one line"))
    .addHelpText("after", EXAMPLES)
    .action(async ({ inputs: file, json = false }: Flags) => {
      const { settle } = await import("#api/src/domain/rewards/settle.ts");
      const { resultJson } = await import("#api/src/domain/rewards/result-json.ts");
      const result = settle(await readInputsFile(file));
      process.stdout.write(`${json ? JSON.stringify(resultJson(result)) : settlementTable(result)}\n`);
    });
}
