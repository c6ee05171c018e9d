import { readAddress, writeAddress } from "./address.ts";

it("is written as Grafana writes it, and read back the same", () => {
  const text = writeAddress({ from: "now-6h", to: "now" }, { gpu: "3", pool: ["1", "a&b"] }, "10s");
  expect(text).toBe("from=now-6h&to=now&var-gpu=3&var-pool=1&var-pool=a%26b&refresh=10s");
  expect(readAddress(`?${text}`)).toEqual({
    range: { from: "now-6h", to: "now" },
    refresh: "10s",
    variables: { gpu: ["3"], pool: ["1", "a&b"] },
  });
});

it("says nothing of a range with one end", () => expect(readAddress("?from=now-6h").range).toBeUndefined());
