import Sequencer from "@jest/test-sequencer";

/** Suites of ten seconds and more, slowest first: begun early, they leave no worker alone at the end. */
const SLOW = [
  "cli/network.e2e",
  "cli/month.e2e",
  "indexer/pruning",
  "indexer/reorg-matrix",
  "devnet/market/history/month/month",
  "subgraph/tests/history",
  "indexer/crash",
  "indexer/call-faults",
  "collector/receive.e2e",
  "indexer/lying-node",
  "indexer/simulation",
  "cli/bad-input.e2e",
  "indexer/failing-equivalence",
  "indexer/crash-live",
  "indexer/unequal-nodes",
  "collector/collector.e2e",
  "indexer/torture",
  "indexer/log-cache",
  "api/test/settlement/settlement",
  "database/supervisor",
  "indexer/versions-equivalence",
  "indexer/reorg",
  "subgraph/tests/economy",
  "indexer/start",
  "indexer/lost-database",
  "cli/rewards",
  "indexer/redeploy",
  "cli/index.e2e",
  "collector/jobs.e2e",
  "api/test/market",
  "devnet/chain",
  "collector/two-collectors.e2e",
  "collector/src/plausibility/keeper",
  "database/scheduler/scheduler",
  "subgraph/tests/lives",
  "devnet/fleet/past/past",
  "devnet/subgraph",
  "indexer/deployments/deployments",
  "indexer/scenario",
  "cli/dashboards-equal",
];
/** Rooms whose suites need compiled contracts: in a clean checkout these are being compiled while the first ones run. */
const LATER = /^(api|cli|contracts|devnet)\//;

/** The order of suites: the same whether jest has seen them before or not. */
export default class extends Sequencer {
  /** @override @param {import("@jest/test-result").Test[]} tests */
  sort(tests) {
    const places = tests.map((test) => {
      const path = test.path.slice(test.context.config.rootDir.length + 1).replace(/\.test\.ts$/, "");
      const place = SLOW.indexOf(path);
      return { test, path, isLate: LATER.test(path), place: place < 0 ? SLOW.length : place };
    });
    places.sort((a, b) => Number(a.isLate) - Number(b.isLate) || a.place - b.place || (a.path < b.path ? -1 : 1));
    return places.map(({ test }) => test);
  }
}
