import { Kind, parse, type OperationDefinitionNode } from "graphql";
import { isEmbedded } from "#database/testing.ts";
import { accountOf } from "#devnet/market/wallets.ts";
import { createSchema } from "../../src/graphql/schema.ts";
import { send, signedIn } from "../access/wallet.ts";
import { PAYMENTS_TOKEN, type MarketFixture } from "../market.ts";
import { workMarket } from "./scene.ts";
import { countsOf, documentOf, golden, plansOf, statementsOf, STORIES, type Statement, type Story } from "./story.ts";

/** Fields of `Query` that the scene has no answer for, and who tests them. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  prepareClaimRewards: "no epoch of the scene is final: api/test/prepare/rewards.ts settles one and claims it",
};
/** Tables of a row or a handful, whatever the network's size: they are read whole. */
const TINY = /^Seq Scan on (network|collector|methodology|processor)( \w+)?$/;

const accountFor = ({ as }: Story) => (typeof as === "number" ? accountOf(as) : undefined);

/** The golden answers and plans of every field of `Query`, over the market's past with what the jobs made of it. */
export function goldenStories(marketOf: () => MarketFixture): void {
  const answers = new Map<string, Record<string, unknown>>();
  const statements: Statement[] = [];

  describe("what is asked of a market with a past", () => {
    beforeAll(() => workMarket(marketOf()), 240_000);

    it.each(STORIES)("$name: has its golden answer", async (story) => {
      const { url } = marketOf();
      const account = accountFor(story);
      const headers = account
        ? await signedIn(url, account)
        : { ...(story.as === "ADMIN" && { authorization: `Bearer ${PAYMENTS_TOKEN}` }) };
      const { data, errors } = await send(url, documentOf(story), { headers });
      expect((errors ?? []).filter(({ path }) => !(String(path?.[0]) in ELSEWHERE))).toEqual([]);
      expect(data).toEqual(JSON.parse(golden(`${story.name}.json`, `${JSON.stringify(data, null, 2)}\n`)));
      answers.set(story.name, data ?? {});
    });

    it.each(STORIES)("$name: takes no more statements for longer pages", async (story) => {
      const [few = [], many = []] = [
        await statementsOf(marketOf(), story, story.few ?? 2, accountFor(story)?.address),
        await statementsOf(marketOf(), story, 20, accountFor(story)?.address),
      ];
      const before = countsOf(few);
      expect(Object.entries(countsOf(many)).filter(([name, count]) => count > (before[name] ?? 0))).toEqual([]);
      statements.push(...many);
    });

    it("each statement is planned as ever, by index wherever a table grows", async () => {
      const plans = await plansOf(marketOf().databaseUrl, statements);
      const scans = [...plans].flatMap(([name, plan]) =>
        [...plan.matchAll(/Seq Scan on [\w ]+/g)]
          .filter(([scan]) => !TINY.test(scan))
          .map(([scan]) => `${name}: ${scan}`),
      );
      const text = `${[...plans].map(([name, plan]) => `-- ${name}\n${plan}`).join("\n\n")}\n`;
      const known = golden("plans.txt", text);
      if (!isEmbedded) return; // another server may plan in another way
      expect(scans).toEqual([]);
      expect(text).toBe(known);
    });

    it("every field of Query is asked for, and has something to tell", async () => {
      const fields = Object.keys((await createSchema()).getQueryType()?.getFields() ?? {});
      const told = new Set(STORIES.flatMap((story) => toldBy(story, answers.get(story.name) ?? {})));
      expect(fields.filter((field) => !told.has(field) && !(field in ELSEWHERE))).toEqual([]);
      expect(Object.keys(ELSEWHERE).filter((field) => told.has(field) || !fields.includes(field))).toEqual([]);
    });
  });
}

/** Fields of `Query` that a story's answer says something of: neither null nor an empty list. */
function toldBy(story: Story, answer: Record<string, unknown>): string[] {
  const [operation] = parse(documentOf(story)).definitions as OperationDefinitionNode[];
  return (operation?.selectionSet.selections ?? []).flatMap((selection) => {
    if (selection.kind !== Kind.FIELD) return [];
    const value = answer[(selection.alias ?? selection.name).value];
    const nodes = (value as { nodes?: unknown[] } | null)?.nodes ?? value;
    return value === undefined || value === null || (Array.isArray(nodes) && nodes.length === 0)
      ? []
      : [selection.name.value];
  });
}
