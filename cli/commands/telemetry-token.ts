import { createHash, randomBytes } from "node:crypto";
import { Option, type Command } from "commander";
import { BaseError } from "#kernel/errors.ts";

const EXAMPLES = `
Makes a bearer token with which an operator's Prometheus pushes its metrics (remote write) and asks for its targets
(http_sd). The operator gets the token; the file named in PUSH_TOKENS_FILE gets the entry, which holds only its hash. The
collector takes an edited file within a second. To replace a token, add the new entry first.
  bc telemetry token 1
  bc telemetry token 1 --json | jq .entry

What the operator writes into its prometheus.yml (collector.example: a proxy with TLS before the collector's PUSH_PORT):
  remote_write:
    - url: https://collector.example/api/v1/write
      authorization: { type: Bearer, credentials: <token> }
      write_relabel_configs:
        - { source_labels: [__name__], regex: "(?i)dcgm_.*|up|scrape_.*", action: keep }
  scrape_configs:
    - job_name: dcgm
      http_sd_configs:
        - url: https://collector.example/sd/targets
          authorization: { type: Bearer, credentials: <token> }`;

/** `bc telemetry token`: a token for an operator's Prometheus. */
export function addToken(telemetry: Command): void {
  telemetry
    .command("token")
    .description("make a token with which an operator's Prometheus may push")
    .argument("<operator>", "the operator's id on the chain")
    .addOption(new Option("--json", "token and entry as JSON, on one line"))
    .addHelpText("after", EXAMPLES)
    .action(async (operator: string, { json = false }: { json?: boolean }) => {
      const { parseTokens } = await import("#collector/index.ts");
      const token = randomBytes(32).toString("base64url");
      const entry = { operator, tokenSha256: createHash("sha256").update(token).digest("hex") };
      try {
        parseTokens(JSON.stringify([entry]), "");
      } catch (cause) {
        const hints = ["give the id of the operator's NFT, e.g. 1"];
        throw new BaseError("BAD_OPERATOR", `"${operator}" can't be an operator's id`, { cause, hints });
      }
      process.stdout.write(
        json
          ? `${JSON.stringify({ token, entry })}\n`
          : `token, for the operator:\n  ${token}\nentry, for PUSH_TOKENS_FILE:\n  ${JSON.stringify(entry)}\n`,
      );
    });
}
