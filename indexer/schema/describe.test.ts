import { describeViews } from "./describe.ts";
import { parseDocument } from "./documents.ts";

const VIEWS = describeViews(
  parseDocument(`
    enum Tier {
      "Cheap, may end"
      SPOT
      ON_DEMAND
    }
    interface Named {
      "Shown name"
      name: String!
    }
    "A wallet"
    type Account implements Named @entity(immutable: false) {
      "Address"
      id: Bytes!
      name: String!
      tier: Tier!
      tiers: [Tier!]!
      """
      The rental that started last; over
      once its \`paidUntil\` has passed (see \`Rental.paidUntil\`, \`unknownThing\`)
      """
      lastRental: Rental
      "Null: nobody"
      payout: Bytes
      friends: [Account!]!
      about: Named!
      rentals: [Rental!]! @derivedFrom(field: "customer")
    }
    type Rental implements Named @entity(immutable: true) {
      id: ID!
      "Its own words."
      name: String!
      customer: Account!
      paidUntil: BigInt!
    }
    type Point @entity(timeseries: true) { id: Int8! timestamp: Timestamp! account: Account! amountDc: BigInt! }
    "What an account burned; a bucket appears late"
    type Usage @aggregation(intervals: ["hour", "day"], source: "Point") {
      id: Int8!
      timestamp: Timestamp!
      account: Account!
      "DC burned"
      burnedDc: BigInt! @aggregate(fn: "sum", arg: "amountDc")
      total: BigInt! @aggregate(fn: "sum", arg: "amountDc * 2", cumulative: true)
      count: Int8! @aggregate(fn: "count")
    }
    type Total @aggregation(intervals: ["day"], source: "Point") { id: Int8! timestamp: Timestamp! }
  `),
);

const textOf = (view: string): string | undefined => VIEWS.get(view)?.text;
const columnsOf = (view: string): Record<string, string> => Object.fromEntries(VIEWS.get(view)?.columns ?? []);

describe("the descriptions of a schema", () => {
  it("become one for each view: of an entity, and of each interval of an aggregation", () => {
    expect([...VIEWS.keys()]).toEqual(["account", "rental", "point", "usage_hour", "usage_day", "total_day"]);
  });

  it("say of an entity whether its rows change, and which columns hold its id", () => {
    expect(textOf("account")).toBe(
      "A wallet. Current, as of the block in `head`. " +
        "Its id is in `account.friends`, `rental.customer`, `point.account`, `usage_hour.account` and `usage_day.account`.",
    );
    expect(textOf("rental")).toBe("Rows never change. Its id is in `account.last_rental`.");
  });

  it("say of a column its unit and more, its enum's labels, whose id it is, and whether it may be null", () => {
    expect(columnsOf("account")).toEqual({
      id: "Address.",
      name: "Shown name.",
      tier: "One of SPOT (Cheap, may end) or ON_DEMAND.",
      tiers: "Each one of SPOT (Cheap, may end) or ON_DEMAND.",
      last_rental:
        "The rental that started last; over once its `paid_until` has passed (see `rental.paid_until`, `unknownThing`). " +
        "References `rental.id`. May be null.",
      payout: "Null: nobody.",
      friends: "Each references `account.id`.",
      about: "References `account.id` or `rental.id`.",
    });
  });

  it("leave a column without one alone, but for the block that immutable rows have", () => {
    expect(columnsOf("rental")).toEqual({
      block: "Number of the block that made the row.",
      id: "",
      name: "Its own words.",
      customer: "References `account.id`.",
      paid_until: "",
    });
  });

  it("say of an aggregation what a row is of, and how its columns are made", () => {
    expect(textOf("usage_hour")).toBe(
      "What an account burned; a bucket appears late. One row for each `account` and hour with anything in it, once it is over.",
    );
    expect(textOf("total_day")).toBe("One row for each day with anything in it, once it is over.");
    expect(columnsOf("usage_day")).toEqual({
      block: "Block that came first after the bucket and made the row.",
      id: "Id of the last row counted.",
      timestamp: "Start of the day, UTC.",
      account: "References `account.id`.",
      burned_dc: "DC burned. `sum(amount_dc)` over `point`.",
      total: "`sum(amountDc * 2)` over `point`, from the beginning to the bucket's end.",
      count: "`count(*)` over `point`.",
    });
    expect(columnsOf("point")).toMatchObject({ id: "Serial number.", timestamp: "Time of the block." });
  });
});
