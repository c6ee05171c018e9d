import { addressOf, linkAddress } from "./links.ts";

const scope = {
  range: { from: "now-6h", to: "now" },
  variables: { operator: ["1", "2"], gpu: "7" },
  value: { raw: 12, text: "12 %" },
  row: { gpu: 'a"b&c', host: "h1" },
  name: "util",
};

it.each([
  ["/d/bc-gpu?${__url_time_range}&var-gpu=${gpu}", "/d/bc-gpu?from=now-6h&to=now&var-gpu=7"],
  ['/d/x?var-gpu=${__data.fields["gpu"]:percentencode}', "/d/x?var-gpu=a%22b%26c"],
  ["/d/x?h=${__data.fields.host}&v=${__value.raw}&s=${__series.name}", "/d/x?h=h1&v=12&s=util"],
  ["/d/x?${operator:queryparam}", "/d/x?var-operator=1&var-operator=2"],
  ["/d/x?a=${nobody}", "/d/x?a="],
])("%s leads to %s", (template, address) => expect(addressOf(template, scope)).toBe(address));

it("a dashboard's link keeps time and variables if it says so", () => {
  expect(linkAddress({ keepTime: true, includeVars: true }, "/d/bc-fleet", scope)).toBe(
    "/d/bc-fleet?from=now-6h&to=now&var-operator=1&var-operator=2&var-gpu=7",
  );
  expect(linkAddress({}, "/d/bc-fleet", scope)).toBe("/d/bc-fleet");
});
