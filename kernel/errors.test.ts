import { BaseError, describeError, isRetryable, messageOf } from "./errors.ts";

describe("describeError", () => {
  it("says what happened, why, and what to do, one per line", () => {
    const cause = new Error("connect\n  refused");
    const error = new BaseError("AWAY", "no database", { cause, hints: ["start it", "or correct the URL"] });
    expect(describeError(error)).toBe(
      ["error: no database (AWAY)", "  because: connect refused", "  try: start it", "  try: or correct the URL"].join(
        "\n",
      ),
    );
  });

  it("shows anything thrown, also what is no error", () => {
    expect(describeError("boom")).toBe("error: boom");
    expect(describeError(new TypeError(""))).toBe("error: TypeError");
  });

  it("ends for causes that go round", () => {
    const error = new Error("a");
    error.cause = error;
    expect(describeError(error).split("\n").length).toBeLessThan(10);
  });
});

describe("messageOf", () => {
  it("of several connection faults is the first one's", () => {
    expect(messageOf(new AggregateError([new Error("connect ECONNREFUSED ::1"), new Error("other")]))).toBe(
      "connect ECONNREFUSED ::1",
    );
  });
});

describe("isRetryable", () => {
  it("holds for faults of the network and for what says so", () => {
    expect(isRetryable(Object.assign(new Error("x"), { code: "ECONNRESET" }))).toBe(true);
    expect(isRetryable(new BaseError("X", "x", { isRetryable: true }))).toBe(true);
    expect(isRetryable(new BaseError("X", "x"))).toBe(false);
    expect(isRetryable(new Error("x"))).toBe(false);
  });
});
