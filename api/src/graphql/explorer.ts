import { gzipSync } from "node:zlib";
import { EXAMPLES, LIVE_EXAMPLES } from "./examples.ts";

let page: Promise<Buffer> | undefined;

/**
 * The explorer page, gzipped: GraphiQL with all it needs inside, so that it works offline, one tab per example. Made
 * when first asked for: it is 9 MB of text.
 */
export function explorerPage(): Promise<Buffer> {
  page ??= import("@graphql-yoga/render-graphiql").then(({ renderGraphiQL }) => {
    const tabs = [...EXAMPLES, ...LIVE_EXAMPLES].map(({ title, query }) => ({ query: `# ${title}\n${query}\n` }));
    return gzipSync(
      renderGraphiQL({
        ...{ title: "Berkeley Compute", endpoint: "/graphql", defaultTabs: tabs },
        subscriptionsProtocol: "WS", // to the same address
      }),
    );
  });
  return page;
}
