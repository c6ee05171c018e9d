import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { isNewChain } from "./chain.ts";
import { writeWhole } from "./files.ts";
import type { NetworkSettings } from "./settings.ts";

const schema = z.object({ size: z.enum(["small", "month", "large"]), seed: z.number().int().nonnegative() });

/** Which simulated network a data folder holds. */
export type KeptMarket = z.output<typeof schema>;

/**
 * The simulated network that a data folder holds, settled at its first start: a chain can't become another one, so later
 * starts go on with it, and say so where the settings name another.
 */
export function keptMarket(
  { dataDir, size, seed }: Pick<NetworkSettings, "dataDir" | "size" | "seed">,
  onTrouble: (text: string) => void,
): KeptMarket {
  const path = join(dataDir, "market.json");
  if (isNewChain(join(dataDir, "chain"))) {
    mkdirSync(dataDir, { recursive: true });
    writeWhole(path, `${JSON.stringify({ size, seed })}\n`);
    return { size, seed };
  }
  // Before there were sizes, all were small.
  const kept = existsSync(path)
    ? schema.parse(JSON.parse(readFileSync(path, "utf8")))
    : { size: "small" as const, seed };
  if (kept.size !== size || kept.seed !== seed) {
    onTrouble(
      `${dataDir} holds the network of size ${kept.size} with seed ${kept.seed}, and goes on with that: ` +
        `to begin one of size ${size} with seed ${seed}, add --fresh`,
    );
  }
  return kept;
}
