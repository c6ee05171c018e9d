import { isLoopback, isOurHost } from "./guard.ts";

it.each(["localhost", "localhost:4007", "127.0.0.1:4007", "[::1]:4007", "10.0.0.7:4007", "gpu.example.org:80"])(
  "answers %s, where it listens on gpu.example.org",
  (host) => expect(isOurHost(host, "gpu.example.org")).toBe(true),
);

it.each([undefined, "", "evil.example", "evil.example:4007", "localhost.evil.example", "127.0.0.1.evil.example"])(
  "refuses %p: a page of somebody else's could ask in that name",
  (host) => expect(isOurHost(host, "127.0.0.1")).toBe(false),
);

it("knows which addresses nobody else can reach", () => {
  expect(["localhost", "127.0.0.1", "127.1.2.3", "::1"].map(isLoopback)).toEqual([true, true, true, true]);
  expect(["0.0.0.0", "10.0.0.1", "::", "127.0.0.1.example"].map(isLoopback)).toEqual([false, false, false, false]);
});
