/**
 * What the market has for a customer, what a wallet's GPUs have burned, and the first word of a live stream.
 *
 * @example node --import tsx api/client/example.ts http://localhost:4000/graphql 0x70997970c51812dc3a010c7d01b50e0d17dc79c8
 */
import { ApiError, createClient, graphql } from "@berkeley-compute/client";

const Market = graphql(`
  query Market($first: Int!) {
    network {
      gpuCount
      activeGpuCount
      burnedDc
    }
    pools(first: $first) {
      nodes {
        id
        model
        region
        onDemandRateDcPerHour
        operator {
          name
        }
      }
    }
  }
`);

const Wallet = graphql(`
  query Wallet($address: Bytes!) {
    account(address: $address) {
      gpus(first: 200) {
        nodes {
          id
          status
          burnedDc
        }
      }
    }
  }
`);

const Rentals = graphql(`
  subscription Rentals {
    rentals {
      kind
      block {
        number
      }
    }
  }
`);

const [url = "http://localhost:4000/graphql", address = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8"] =
  process.argv.slice(2);
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const client = createClient({ url });

try {
  const { network, pools } = await client.ask(Market, { first: 50 });
  say(`${network?.activeGpuCount} of ${network?.gpuCount} GPUs are active; ${network?.burnedDc} DC were burned`);
  for (const { id, model, region, onDemandRateDcPerHour, operator } of pools?.nodes ?? [])
    say(`pool ${id} of ${operator?.name}: ${model} in ${region}, ${onDemandRateDcPerHour} DC an hour on demand`);

  const { account } = await client.ask(Wallet, { address }, { signal: AbortSignal.timeout(10_000) });
  for (const gpu of account?.gpus.nodes ?? [])
    say(`GPU ${gpu.id} is ${gpu.status}; ${gpu.burnedDc} DC were burned for it`);

  for await (const { rentals } of client.listen(Rentals)) {
    say(`rentals are told from block ${rentals.block?.number} on`);
    break;
  }
} catch (error) {
  if (!(error instanceof ApiError)) throw error;
  process.stderr.write(
    `error: ${error.code}: ${error.message}\n${error.hints.map((hint) => `  try: ${hint}\n`).join("")}`,
  );
  process.exitCode = 1;
}
