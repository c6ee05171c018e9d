import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { createPublicClient, http } from "viem";
import { waitFor } from "#kernel/time.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const STARTER = `
  import { startChain } from "./indexer/testdata/chain.ts";
  console.log((await startChain()).url);
`;

it("a test's chain ends with the process that started it, even when that is killed", async () => {
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", STARTER], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [url] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  const client = createPublicClient({ transport: http(url, { retryCount: 0 }) });
  expect(await client.getChainId()).toBe(31_337);
  child.kill("SIGKILL");
  await once(child, "exit");
  const gone = await waitFor(
    async () =>
      client.getChainId().then(
        () => undefined,
        () => true,
      ),
    { timeoutMs: 60_000, onTimeout: () => new Error(`the chain at ${url} still runs`) },
  );
  expect(gone).toBe(true);
}, 90_000);
