import { openPrepare } from "./fixture.ts";
import { story } from "./story.ts";

// One chain for all: what follows is played on it in this order.
import "./customers.ts";
import "./slots.ts";
import "./operators.ts";
import "./rewards.ts";
import "./inputs.ts";

beforeAll(async () => {
  story.fixture = await openPrepare();
}, 120_000);

afterAll(() => story.fixture.close());

describe("prepared transactions", () => {
  it("have their contracts' addresses from the deployment", async () => {
    const { to } = await story.fixture.prepare(1, "prepareWithdrawRoyalties", {});
    expect(to).toBe(story.fixture.deployment.contracts["Exchange"]?.toLowerCase());
  });
});
