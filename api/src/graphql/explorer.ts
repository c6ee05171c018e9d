import { gzipSync } from "node:zlib";
import { HOUR_MS } from "#kernel/time.ts";
import { EXAMPLE_DAYS, EXAMPLES, LIVE_EXAMPLES } from "./examples.ts";
import { PREPARE_EXAMPLES, SIGN_IN_EXAMPLE } from "./examples-wallet.ts";

/** What the explorer's tabs show, in their order. */
const TABS = [...EXAMPLES, ...PREPARE_EXAMPLES, SIGN_IN_EXAMPLE, ...LIVE_EXAMPLES];

let page: Promise<Buffer> | undefined;

/**
 * The explorer page, gzipped: GraphiQL with all it needs inside, so that it works offline, one tab per example. Made
 * when first asked for: it is 9 MB of text.
 */
export function explorerPage(): Promise<Buffer> {
  page ??= import("@graphql-yoga/render-graphiql").then(({ renderGraphiQL }) => {
    const tabs = TABS.map(({ title, query }) => ({ query: `# ${title}\n${inDays(query)}\n` }));
    return gzipSync(
      renderGraphiQL({
        ...{ title: "Berkeley Compute", endpoint: "/graphql", defaultTabs: tabs },
        subscriptionsProtocol: "WS", // to the same address
      }),
    );
  });
  return page;
}

/** An example about the last 30 days. */
function inDays(query: string): string {
  const day = (ago: number): string => new Date(Date.now() - ago * 24 * HOUR_MS).toISOString().slice(0, 10);
  return query.replaceAll(EXAMPLE_DAYS.from, day(30)).replaceAll(EXAMPLE_DAYS.to, day(-1));
}
